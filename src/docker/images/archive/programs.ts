import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { ServiceError } from '../../../errors/kinds.js';
import { watchStall, type StallLimits } from '../stall.js';
import { BadArchive, shown } from './bad.js';

type Bytes = AsyncIterable<Uint8Array>;

/** What Node itself does not unpack. */
export type ProgramCompression = 'xz' | 'zstd';

interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly debianPackage: string;
}

/** Both give up when the data ask for more memory than their makers' strongest ordinary level needs. */
export const PROGRAMS: Readonly<Record<ProgramCompression, Program>> = {
  xz: {
    command: 'xz',
    args: ['--decompress', '--stdout', '--quiet', '--memlimit-decompress=256MiB'],
    debianPackage: 'xz-utils',
  },
  zstd: { command: 'zstd', args: ['--decompress', '--stdout', '--quiet', '--memory=256MB'], debianPackage: 'zstd' },
};

/** Its data come from tenants, so it may do less than this service. */
const NOBODY = 65534;
const MOST_WORDS = 2000;

/**
 * Unpacks data by a program. Throws BadArchive for data that it can't unpack, Unavailable when the host has no such
 * program, Timeout when it hangs, and what reading the data throws. The program has ended when this has.
 */
export async function* unpackedBy(
  compression: ProgramCompression,
  data: Bytes,
  limits: StallLimits,
  program = PROGRAMS[compression],
): AsyncGenerator<Uint8Array> {
  const unpacker = new Unpacker(compression, program, limits);
  try {
    yield* unpacker.run(data);
  } finally {
    await unpacker.end();
  }
}

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: NodeJS.ErrnoException;
}

/**
 * INVARIANTS: data that fail end the program by force, so that it can't take their end for the real one; its output
 * counts as whole only when it has ended well and has been given everything. It stalls only while nobody but itself
 * could go on: neither the data nor the reader are waited for.
 */
class Unpacker {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ending: Promise<Ending>;
  readonly #over = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #words = '';
  #isReaderBusy = false;
  #isDataAwaited = true;
  #movedAt: number;

  constructor(
    private readonly compression: ProgramCompression,
    private readonly program: Program,
    private readonly limits: StallLimits,
  ) {
    const ids = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
    const child = spawn(program.command, program.args, { stdio: ['pipe', 'pipe', 'pipe'], env, cwd: '/', ...ids });
    this.#child = child;
    this.#movedAt = limits.clock.now().getTime();
    this.#ending = new Promise((resolve) => {
      child.once('error', (error) => {
        resolve({ code: null, signal: null, error });
      });
      child.once('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
    // A program that ends early closes its input; its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stderr
      .on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        if (this.#words.length < MOST_WORDS) this.#words += chunk.toString('utf8');
      });
  }

  async *run(data: Bytes): AsyncGenerator<Uint8Array> {
    const feeding = this.#feed(data);
    void this.#watch();
    for await (const chunk of this.#child.stdout) {
      this.#isReaderBusy = true;
      yield chunk as Uint8Array;
      this.#isReaderBusy = false;
      this.#moved();
    }
    const ending = await this.#ending;
    if (this.#failure === undefined) this.#check(ending);
    await feeding;
    if (this.#failure !== undefined) throw (this.#failure as { error: unknown }).error;
  }

  /** Ends the program, if it runs still, and waits for that. */
  async end(): Promise<void> {
    this.#over.abort();
    this.#child.kill('SIGKILL');
    this.#child.stdout.destroy();
    await this.#ending;
  }

  async #feed(data: Bytes): Promise<void> {
    const { stdin } = this.#child;
    try {
      for await (const chunk of data) {
        this.#isDataAwaited = false;
        this.#moved();
        // One that has ended takes nothing any more.
        if (stdin.destroyed || this.#over.signal.aborted) break;
        if (!stdin.write(chunk)) await roomIn(stdin);
        this.#moved();
        this.#isDataAwaited = true;
      }
      stdin.end();
    } catch (error) {
      if (!this.#over.signal.aborted) this.#fail(error);
    } finally {
      this.#isDataAwaited = false;
    }
  }

  #watch(): Promise<void> {
    return watchStall(
      this.limits,
      this.#over.signal,
      () => (this.#isReaderBusy || this.#isDataAwaited ? undefined : this.#movedAt),
      () => {
        const text = `${this.program.command} stalled: it did nothing for ${this.limits.stallTimeoutMs / 1000} s.`;
        this.#fail(new ServiceError('Timeout', text));
      },
    );
  }

  #moved(): void {
    this.#movedAt = this.limits.clock.now().getTime();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#child.kill('SIGKILL');
  }

  #check({ code, signal, error }: Ending): void {
    const { command, debianPackage } = this.program;
    if (error !== undefined) {
      const remedy =
        error.code === 'ENOENT' ? `it is not there: install Debian's package ${debianPackage}` : error.message;
      const text = `This host can't unpack ${this.compression} data with the program ${command}: ${remedy}.`;
      throw new ServiceError('Unavailable', text, { cause: error });
    }
    if (signal !== null) throw new ServiceError('Unavailable', `The program ${command} was ended by ${signal}.`);
    if (code === 0) return;
    const words = this.#words.trim().split('\n').at(-1) ?? '';
    throw new BadArchive(`its ${this.compression} compression is broken (${shown(words)}): upload it again`);
  }
}

/** Resolves when a stream takes more, or nothing any more. */
function roomIn(stream: Writable): Promise<void> {
  const names = ['drain', 'close', 'error'];
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of names) stream.off(name, done);
      resolve();
    };
    for (const name of names) stream.on(name, done);
    if (stream.destroyed) done();
  });
}
