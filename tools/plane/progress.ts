import { existsSync, readFileSync } from 'node:fs';
import type { Step, Watcher } from './graph.js';
import { Trouble, textOf } from './trouble.js';

/** How often a step that takes long says so where lines cannot be rewritten. */
const REMINDER_MS = 20_000;

export interface Screen {
  write(text: string): void;
  readonly isTty: boolean;
  /** Milliseconds on a clock that only goes forward. */
  now(): number;
}

/** Standard output, measured from the start of the outermost of these tools. */
export function terminal(): Screen {
  const startedAt = Number(process.env['NCD_STARTED_AT'] ?? Date.now());
  process.env['NCD_STARTED_AT'] = String(startedAt);
  return {
    write: (text) => process.stdout.write(text),
    isTty: process.stdout.isTTY,
    now: () => Date.now() - startedAt,
  };
}

/** One line for each step that ends, with the time since the start and its own; on a terminal also what runs now. */
export class Progress implements Watcher {
  readonly #screen: Screen;
  readonly #running = new Map<string, { since: number; detail: string }>();
  readonly #timer: NodeJS.Timeout;
  #lastWord: number;

  constructor(screen: Screen) {
    this.#screen = screen;
    this.#lastWord = screen.now();
    this.#timer = setInterval(() => {
      this.#tick();
    }, 250);
    this.#timer.unref();
  }

  begin(name: string): void {
    this.#running.set(name, { since: this.#screen.now(), detail: '' });
    this.#tick();
  }

  /** What a running step is at, in a few words. */
  detail(name: string, detail: string): void {
    const entry = this.#running.get(name);
    if (entry !== undefined) entry.detail = detail;
  }

  end(name: string, note: string | undefined): void {
    this.#line(name, 'ok', note ?? '');
  }

  fail(name: string, error: unknown): void {
    this.#line(name, 'failed', textOf(error).split('\n')[0] ?? '');
  }

  /** Runs one step outside any graph. */
  async step<T>(name: string, work: () => Promise<T>, note?: (result: T) => string | undefined): Promise<T> {
    this.begin(name);
    try {
      const result = await work();
      this.end(name, note?.(result));
      return result;
    } catch (error) {
      this.fail(name, error);
      throw error;
    }
  }

  /** A line of its own, apart from the steps. */
  say(text: string): void {
    this.#clear();
    this.#screen.write(`${text}\n`);
    this.#draw();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #line(name: string, result: string, note: string): void {
    const now = this.#screen.now();
    const since = this.#running.get(name)?.since ?? now;
    this.#running.delete(name);
    const columns = [
      `${seconds(now)}s`.padStart(8),
      name.padEnd(16),
      result.padEnd(6),
      `${seconds(now - since)}s`.padStart(7),
    ];
    this.#lastWord = now;
    this.say(`${columns.join('  ')}${note === '' ? '' : `  ${note}`}`);
  }

  #tick(): void {
    if (this.#screen.isTty) {
      this.#clear();
      this.#draw();
    } else if (this.#running.size > 0 && this.#screen.now() - this.#lastWord > REMINDER_MS) {
      this.#lastWord = this.#screen.now();
      this.#screen.write(`${`${seconds(this.#lastWord)}s`.padStart(8)}  still at: ${this.#current()}\n`);
    }
  }

  #current(): string {
    const now = this.#screen.now();
    const parts = [...this.#running].map(([name, { since, detail }]) => {
      return `${name}${detail === '' ? '' : ` [${detail}]`} ${Math.round((now - since) / 1000)}s`;
    });
    return parts.join(', ');
  }

  #clear(): void {
    if (this.#screen.isTty) this.#screen.write('\r\u001b[K');
  }

  #draw(): void {
    if (!this.#screen.isTty || this.#running.size === 0) return;
    const line = `${`${seconds(this.#screen.now())}s`.padStart(8)}  ... ${this.#current()}`;
    this.#screen.write(line.slice(0, Math.max(20, process.stdout.columns - 1)));
  }
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** A failure as a person wants to read it: the text, the end of the log that explains it, and what to try. */
export function describeFailure(error: unknown): string {
  const lines = [`failed: ${textOf(error)}`];
  if (error instanceof Trouble) {
    if (error.logFile !== undefined && existsSync(error.logFile)) {
      const tail = readFileSync(error.logFile, 'utf8').trimEnd().split('\n').slice(-30);
      lines.push(`--- the last lines of ${error.logFile}:`, ...tail, '---');
    }
    if (error.hint !== undefined) lines.push(`try: ${error.hint}`);
  } else if (error instanceof Error && error.stack !== undefined) {
    lines.push(error.stack.split('\n').slice(1, 6).join('\n'));
  }
  return lines.join('\n');
}

/** A step whose work is known by name only, to keep the tables short. */
export function step(name: string, needs: readonly string[], run: Step['run']): Step {
  return { name, needs, run };
}
