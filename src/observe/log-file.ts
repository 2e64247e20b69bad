import { closeSync, fstatSync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';

const lookEveryMs = 1000;

/**
 * A log file that survives rotation: it is opened anew when told so (SIGHUP) and, looked at once a second, when another
 * file or none stands under its name (as Python's WatchedFileHandler). Lines are written at once, so that none is lost
 * when the process dies. If writing fails (disk full), lines go to `fallback`: logging never stops the service.
 */
export class LogFile extends Writable {
  private fd: number;
  private lookedAtMs = 0;

  /** @throws if the file cannot be opened */
  constructor(
    private readonly path: string,
    private readonly fallback: Writable,
    private readonly nowMs: () => number,
  ) {
    super({ decodeStrings: false });
    this.fd = open(path);
  }

  override _write(line: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    try {
      this.followRotation();
      writeAll(this.fd, Buffer.from(line));
    } catch {
      this.fallback.write(line);
    }
    done();
  }

  override _destroy(_error: Error | null, done: () => void): void {
    closeSync(this.fd);
    done();
  }

  reopen(): void {
    // First the new one: if that fails, the old one is better than none.
    const fresh = open(this.path);
    closeSync(this.fd);
    this.fd = fresh;
  }

  private followRotation(): void {
    const now = this.nowMs();
    if (now - this.lookedAtMs < lookEveryMs) return;
    this.lookedAtMs = now;
    const named = statSync(this.path, { throwIfNoEntry: false });
    const held = fstatSync(this.fd);
    if (named?.ino !== held.ino || named.dev !== held.dev) this.reopen();
  }
}

function open(file: string): number {
  try {
    mkdirSync(path.dirname(file), { mode: 0o750 });
  } catch {
    // It exists, or opening the file will say what is wrong.
  }
  return openSync(file, 'a', 0o640);
}

function writeAll(fd: number, bytes: Buffer): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(fd, bytes, done);
}
