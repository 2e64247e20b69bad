import { mkdir, open, readdir, readFile, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { grouped } from './group-commit.js';

export interface FinishedLimits {
  /** How long an id is kept at least, unless there are too many. */
  readonly keepMs: number;
  /** Ids in one file; there are at most MAX_SEGMENTS files. */
  readonly perSegment: number;
}

export const DEFAULT_FINISHED_LIMITS: FinishedLimits = { keepMs: 6 * 3600_000, perSegment: 10_000 };

const MAX_SEGMENTS = 8;

interface Segment {
  readonly file: string;
  readonly openedAt: number;
  lastAt: number;
  readonly ids: Set<string>;
}

/**
 * Ids of the messages whose work has ended, so that a duplicate does nothing even after a restart. On disk: files of
 * ids, one a line, and nothing else of the messages; old files are deleted whole.
 *
 * INVARIANT: an id that `add` has resolved for is on disk. A torn last line is an id that was never added.
 */
export class FinishedIds {
  private segments: Segment[] = [];
  private file: FileHandle | undefined;
  private openFile: string | undefined;
  private lines: string[] = [];
  private readonly flush = grouped(() => this.writeLines());

  private constructor(
    private readonly path: string,
    private readonly now: () => number,
    private readonly limits: FinishedLimits,
  ) {}

  static async open(path: string, now: () => number, limits: FinishedLimits): Promise<FinishedIds> {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const finished = new FinishedIds(path, now, limits);
    const files = (await readdir(path))
      .filter((name) => /^\d+\.ids$/.test(name))
      .sort((a, b) => parseInt(a) - parseInt(b));
    for (const file of files) finished.segments.push(await finished.load(file));
    return finished;
  }

  has(id: string): boolean {
    return this.segments.some((segment) => segment.ids.has(id));
  }

  /** Remembers at once in memory, and resolves when it is on disk. */
  async add(id: string): Promise<void> {
    const segment = this.roll();
    segment.ids.add(id);
    segment.lastAt = this.now();
    this.lines.push(id);
    await this.flush();
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  private async load(file: string): Promise<Segment> {
    const text = await readFile(join(this.path, file), 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    const { mtimeMs } = await stat(join(this.path, file));
    return {
      file,
      openedAt: parseInt(file),
      lastAt: mtimeMs,
      ids: new Set(whole.split('\n').filter((line) => line !== '')),
    };
  }

  /** The segment to write to: the last one, or a fresh one when that is full or old. */
  private roll(): Segment {
    const last = this.segments.at(-1);
    const now = this.now();
    const spanMs = this.limits.keepMs / (MAX_SEGMENTS - 2);
    if (last && last.ids.size < this.limits.perSegment && now - last.openedAt < spanMs) return last;
    const openedAt = Math.max(Math.trunc(now), (last?.openedAt ?? 0) + 1);
    const fresh: Segment = { file: `${openedAt}.ids`, openedAt, lastAt: now, ids: new Set() };
    this.segments.push(fresh);
    return fresh;
  }

  private async writeLines(): Promise<void> {
    const current = this.segments.at(-1);
    const lines = this.lines;
    this.lines = [];
    if (!current || lines.length === 0) return;
    if (this.openFile !== current.file) await this.switchTo(current);
    await this.file?.appendFile(lines.map((line) => `${line}\n`).join(''));
    await this.file?.datasync();
  }

  private async switchTo(segment: Segment): Promise<void> {
    await this.file?.close();
    this.file = await open(join(this.path, segment.file), 'a', 0o600);
    this.openFile = segment.file;
    // Ends a line that a crash tore, so that the next id stands alone.
    await this.file.appendFile('\n');
    const folder = await open(this.path, 'r');
    await folder.sync().finally(() => folder.close());
    await this.forgetOld();
  }

  private async forgetOld(): Promise<void> {
    const newest = this.segments.slice(-MAX_SEGMENTS);
    const kept = newest.filter((segment) => this.now() - segment.lastAt < this.limits.keepMs);
    const gone = this.segments.filter((segment) => !kept.includes(segment));
    this.segments = kept;
    for (const segment of gone) await rm(join(this.path, segment.file), { force: true });
  }
}
