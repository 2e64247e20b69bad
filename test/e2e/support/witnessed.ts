import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import type { OpenPlane } from '../../../tools/plane/open.js';

const never = new AbortController().signal;
const PROGRAM = new URL('killed-service.ts', import.meta.url).pathname;

export interface KillPoint {
  /** `before engine.container.create` */
  readonly line: string;
  /** Which one of several; 1 is the first. */
  readonly nth: number;
}

/** Our service as a child of the test, in place of the plane's own, its calls to the outside witnessed. */
export class WitnessedService {
  private constructor(
    private readonly child: ChildProcess,
    private readonly callsFile: string,
  ) {}

  /** Starts it and waits until it takes requests; then it is armed. The plane's own must be stopped. */
  static async start(plane: OpenPlane, point?: KillPoint): Promise<WitnessedService> {
    const folder = join(plane.folder, 'log');
    const [callsFile, logFile] = [join(folder, 'witness.calls'), join(folder, 'witness.log')];
    rmSync(callsFile, { force: true });
    rmSync(logFile, { force: true });
    const config = join(plane.folder, 'etc', plane.host, 'nova.conf');
    const kill = point === undefined ? {} : { NCD_KILL_AT: point.line, NCD_KILL_NTH: String(point.nth) };
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, '--config-file', config], {
      env: { ...process.env, NCD_CALLS: callsFile, ...kill },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(logFile);
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    const takesRequests = (): boolean => {
      if (child.exitCode !== null) throw new Error(`the service ended: ${readFileSync(logFile, 'utf8')}`);
      return existsSync(logFile) && readFileSync(logFile, 'utf8').includes('The service takes requests');
    };
    await until(takesRequests, { what: 'the witnessed service to take requests', signal: never, logFile });
    child.kill('SIGUSR2');
    return new WitnessedService(child, callsFile);
  }

  /** Lines of calls since it was armed. */
  calls(): readonly string[] {
    return existsSync(this.callsFile) ? readFileSync(this.callsFile, 'utf8').trim().split('\n') : [];
  }

  /** Waits until it has killed itself. */
  async killed(timeoutMs = 60_000): Promise<void> {
    await until(() => this.child.signalCode === 'SIGKILL', {
      what: 'the service to be killed',
      signal: never,
      timeoutMs,
    });
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
