import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cleanEnvironment } from '../plane/machine/command.js';
import type { Plane } from '../plane/plane.js';
import { Trouble } from '../plane/trouble.js';

/** Printed after each answer. */
const END = 'end-of-answer';

/**
 * What nova-api would show, read from the rows that it shows. A `GET` of a building server takes nova-api and Neutron some
 * 50 ms of a processor each time: who looks often that way mostly measures his own looking. One session, one question at a
 * time.
 */
export class Rows {
  readonly #client: ChildProcessWithoutNullStreams;
  #turn: Promise<unknown> = Promise.resolve();
  #answer: { lines: string[]; done: (lines: string[]) => void; failed: (error: Error) => void } | undefined;

  constructor(plane: Plane) {
    const words = ['--no-defaults', '--batch', '--skip-column-names', '--unbuffered', '--user=root'];
    const where = [`--socket=${join(plane.run, 'mysqld.sock')}`, 'nova'];
    this.#client = spawn('mariadb', [...words, ...where], { env: cleanEnvironment() });
    createInterface({ input: this.#client.stdout }).on('line', (line) => this.#line(line));
    let complaint = '';
    this.#client.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
    this.#client.stdin.on('error', () => undefined); // its end tells
    this.#client.on('error', (error) => this.#answer?.failed(error));
    this.#client.on('exit', () =>
      this.#answer?.failed(new Trouble(`the database's client ended: ${complaint.trim()}`)),
    );
  }

  /** vm_state of a server without a task, else its task. */
  async stateOf(uuid: string): Promise<string> {
    const [row = 'none'] = await this.#ask(
      `SELECT COALESCE(task_state, vm_state) FROM instances WHERE uuid = '${plain(uuid)}'`,
    );
    return row;
  }

  /** How many servers with names that begin so have that vm_state and no task. */
  async countOf(name: string, vmState: string): Promise<number> {
    const [row = '0'] = await this.#ask(
      `SELECT COUNT(*) FROM instances WHERE deleted = 0 AND display_name LIKE '${plain(name)}%' ` +
        `AND vm_state = '${plain(vmState)}' AND task_state IS NULL`,
    );
    return Number(row);
  }

  /** Status of an image. glance-api does one thing at a time: who asks it while it takes data in makes it slower. */
  async imageStatus(id: string): Promise<string> {
    const [row = 'none'] = await this.#ask(`SELECT status FROM glance.images WHERE id = '${plain(id)}'`);
    return row;
  }

  close(): void {
    this.#client.stdin.end();
  }

  #ask(question: string): Promise<string[]> {
    const mine = this.#turn.then(
      () =>
        new Promise<string[]>((done, failed) => {
          if (this.#client.exitCode !== null) return failed(new Trouble('the database’s client has ended'));
          this.#answer = { lines: [], done, failed };
          this.#client.stdin.write(`${question}; SELECT '${END}';\n`);
        }),
    );
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  #line(line: string): void {
    if (line !== END) return void this.#answer?.lines.push(line);
    this.#answer?.done(this.#answer.lines);
    this.#answer = undefined;
  }
}

/** Names and ids of our own making; anything else is a mistake. */
function plain(word: string): string {
  if (!/^[\w-]+$/.test(word)) throw new Trouble(`"${word}" is no name`);
  return word;
}
