import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { enterSpace } from '../../../tools/plane/machine/space.js';
import { until } from '../../../tools/plane/machine/wait.js';
import type { OpenPlane } from '../../../tools/plane/open.js';

const never = new AbortController().signal;
const PROGRAM = new URL('killed-service.ts', import.meta.url).pathname;
/** Whatever folder the process starts in. */
const TSX = import.meta.resolve('tsx');

export interface KillPoint {
  /** `before engine.container.create` */
  readonly line: string;
  /** Which one of several; 1 is the first. */
  readonly nth: number;
}

type Three = [string, string, string];

interface Files {
  readonly calls: string;
  readonly log: string;
  readonly extra: string;
}

/** Our service as a child of the test, in place of the plane's own, its calls to the outside witnessed. */
export class WitnessedService {
  /** Those that were started and not seen to end. A test that fails in its middle leaves one. */
  static readonly #living = new Set<ChildProcess>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly files: Files,
  ) {}

  /**
   * Starts it and waits until it takes requests; then it is armed. The plane's own must be stopped.
   *
   * @param more lines of nova.conf that go before those of the plane
   */
  static async start(plane: OpenPlane, point?: KillPoint, more = ''): Promise<WitnessedService> {
    const service = await WitnessedService.startUnarmed(plane, point, more);
    service.arm();
    return service;
  }

  /**
   * The same, not armed yet: for a test that waits first until what an earlier one left is done.
   *
   * @param under a program and its arguments that start the service in their turn, e.g. `setpriv`
   */
  static async startUnarmed(
    plane: OpenPlane,
    point?: KillPoint,
    more = '',
    under: readonly string[] = [],
  ): Promise<WitnessedService> {
    const folder = join(plane.folder, 'log');
    const [calls, logFile, extra] = ['calls', 'log', 'conf'].map((end) => join(folder, `witness.${end}`)) as Three;
    rmSync(calls, { force: true });
    rmSync(logFile, { force: true });
    writeFileSync(extra, more);
    const config = join(plane.folder, 'etc', plane.host, 'nova.conf');
    const kill = point === undefined ? {} : { NCD_KILL_AT: point.line, NCD_KILL_NTH: String(point.nth) };
    const words = ['--import', TSX, PROGRAM, '--config-file', config, '--config-file', extra];
    // Among the mounts of the plane, too, as its own service is: network namespaces of servers are mounts.
    const enter = plane.plane.space === null ? [] : enterSpace(plane.plane.space);
    const [program = process.execPath, ...before] = [...enter, ...under, process.execPath];
    const child = spawn(program, [...before, ...words], {
      env: { ...process.env, NCD_CALLS: calls, ...kill },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    WitnessedService.#living.add(child);
    child.once('exit', () => WitnessedService.#living.delete(child));
    const log = createWriteStream(logFile);
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    const takesRequests = (): boolean => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the service ended: ${readFileSync(logFile, 'utf8')}`);
      return existsSync(logFile) && readFileSync(logFile, 'utf8').includes('The service takes requests');
    };
    await until(takesRequests, { what: 'the witnessed service to take requests', signal: never, logFile });
    return new WitnessedService(child, { calls, log: logFile, extra });
  }

  /**
   * The after-hook of every test that starts one: ends what still runs of them and starts the plane's own again, so that a
   * test that failed in its middle spoils no other.
   */
  static async giveBack(plane: OpenPlane): Promise<void> {
    for (const child of WitnessedService.#living) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    const own = plane.service('compute');
    if (own.pid === null) await own.start();
  }

  arm(): void {
    this.child.kill('SIGUSR2');
  }

  /** Lines of calls since it was armed. */
  calls(): readonly string[] {
    return existsSync(this.files.calls) ? readFileSync(this.files.calls, 'utf8').trim().split('\n') : [];
  }

  /** All that it wrote. */
  log(): string {
    return readFileSync(this.files.log, 'utf8');
  }

  /** Other lines in place of those that it was started with; it takes them over as after `systemctl reload`. */
  async reload(more: string): Promise<void> {
    writeFileSync(this.files.extra, more);
    const told = (): number => this.log().split('Configuration read again').length;
    const before = told();
    this.child.kill('SIGHUP');
    await until(() => told() > before, { what: 'the configuration to be read again', signal: never });
  }

  /** True once it has come to the line where it kills itself. */
  get wasKilled(): boolean {
    return this.child.signalCode === 'SIGKILL';
  }

  /** Waits until it has killed itself. */
  async killed(): Promise<void> {
    await until(() => this.wasKilled, { what: 'the service to be killed', signal: never });
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
