import { once } from 'node:events';
import type { Config } from '../config/tables.js';
import { messageOf } from '../errors/kinds.js';
import type { Logging, NamedLogger } from '../observe/log.js';
import type { Logger } from '../observe/logger.js';
import type { Readiness } from '../observe/readiness.js';
import { exitCodes, type ExitCode } from './exit-codes.js';

/** The service at work, as app.ts builds it. */
export interface RunningApp {
  /** Takes no more work, gives running work so long, and lets go of everything. */
  stop(deadlineMs: number): Promise<void>;
  /** Takes over the options that may change while running. */
  reload?(config: Config): Promise<void>;
  /** Settles when the service ends by itself, which it should not. */
  readonly done: Promise<void>;
}

export type StartApp = (config: Config, log: NamedLogger) => Promise<RunningApp>;

/** The signals of the process: `process` itself, or a stand-in. */
export interface Signals {
  on(name: string, listener: (...args: unknown[]) => void): unknown;
  off(name: string, listener: (...args: unknown[]) => void): unknown;
}

export interface ServiceParts {
  readonly config: Config;
  readonly logging: Logging;
  readonly startApp: StartApp;
  readonly signals: Signals;
  readonly readiness: Readiness;
  /** Ends the process at once. */
  readonly exit: (code: ExitCode) => void;
  /**
   * Reads the files again; throws if they have problems. The service goes on with what it returns. `mayChange` as in
   * reloadConfig.
   */
  readonly reread: (running: Config, mayChange: ReadonlySet<string> | undefined) => Config;
}

/** What takes effect without the service's taking part. */
const ownOptions = new Set(['[DEFAULT]debug', '[DEFAULT]default_log_levels', '[DEFAULT]graceful_shutdown_timeout']);

/** How much longer than its deadline a stop may take before the process ends without it. */
const stopMarginMs = 5000;
/** A timer takes no more: 24 days stand for "no limit". */
const longestMs = 2 ** 31 - 1;

/**
 * The life of the service: start, work until SIGTERM or SIGINT, stop. A second such signal ends the process at once, as
 * does one that comes before the start is done: nothing is lost by that, since every start begins with putting in order
 * what the last end left. SIGHUP opens the log file anew and reads the configuration again.
 *
 * INVARIANTS: signals are listened to from before the start until the end, so none of them kills by default; at most
 * one reload runs at a time, and one that is asked for meanwhile follows it.
 */
export async function runService(parts: ServiceParts): Promise<ExitCode> {
  const { logging, startApp, readiness, config } = parts;
  const { log } = logging;
  const life = new Life(parts);
  try {
    const app = await startApp(config, log);
    life.running(app);
    readiness.ready();
    log.info('Ready');
    const ended = await Promise.race([app.done.then(() => 'ended' as const), life.stopAsked]);
    if (ended === 'ended') {
      log.error('The service ended without being asked');
      return exitCodes.failed;
    }
    readiness.stopping();
    return await stop(app, life.currentConfig, log);
  } catch (error) {
    log.error('The service cannot go on', { error });
    return exitCodes.failed;
  } finally {
    life.end();
  }
}

async function stop(app: RunningApp, config: Config, log: Logger): Promise<ExitCode> {
  const seconds = config.DEFAULT.graceful_shutdown_timeout;
  const deadlineMs = seconds === 0 ? longestMs : seconds * 1000;
  log.info('Stopping', { deadlineSeconds: seconds === 0 ? 'none' : seconds });
  const patience = new AbortController();
  const timer = setTimeout(
    () => {
      patience.abort();
    },
    Math.min(deadlineMs + stopMarginMs, longestMs),
  );
  const overdue = once(patience.signal, 'abort').then(() => 'overdue' as const);
  try {
    const end = await Promise.race([app.stop(deadlineMs).then(() => 'stopped' as const), overdue]);
    if (end === 'overdue') log.error('Some work did not end in time; it goes on at the next start');
    else log.info('Stopped');
    return end === 'stopped' ? exitCodes.ok : exitCodes.failed;
  } finally {
    clearTimeout(timer);
  }
}

/** Listens to the signals of the process for as long as the service lives. */
class Life {
  readonly stopAsked: Promise<'asked'>;
  currentConfig: Config;
  private app: RunningApp | undefined;
  private stopping = false;
  private reloading: Promise<void> = Promise.resolve();
  /** Asked for while the service was starting, which reads no new configuration in the middle. */
  private reloadPending = false;
  private readonly listeners: Readonly<Record<string, (...args: unknown[]) => void>>;

  constructor(private readonly parts: ServiceParts) {
    this.currentConfig = parts.config;
    let ask: (value: 'asked') => void = () => undefined;
    this.stopAsked = new Promise((resolve) => {
      ask = resolve;
    });
    const onStop = () => {
      this.stopSignal(ask);
    };
    this.listeners = {
      SIGTERM: onStop,
      SIGINT: onStop,
      SIGHUP: () => {
        this.askReload();
      },
      uncaughtException: (error: unknown) => {
        parts.logging.log.error('A mistake in the program', { error });
        parts.exit(exitCodes.internal);
      },
    };
    for (const [name, listener] of Object.entries(this.listeners)) parts.signals.on(name, listener);
  }

  running(app: RunningApp): void {
    this.app = app;
    if (this.reloadPending) this.askReload();
  }

  end(): void {
    for (const [name, listener] of Object.entries(this.listeners)) this.parts.signals.off(name, listener);
  }

  private stopSignal(ask: (value: 'asked') => void): void {
    const { logging, exit } = this.parts;
    if (this.app === undefined) {
      logging.log.info('Told to stop before the start was done');
      exit(exitCodes.ok);
    } else if (this.stopping) {
      logging.log.warn('Told to stop again: ending at once');
      exit(exitCodes.failed);
    } else {
      this.stopping = true;
      ask('asked');
    }
  }

  private askReload(): void {
    this.reloadPending = this.app === undefined;
    const { app } = this;
    if (app !== undefined) this.reloading = this.reloading.then(() => this.reload(app));
  }

  private async reload(app: RunningApp): Promise<void> {
    const { logging, reread } = this.parts;
    const { log } = logging;
    try {
      logging.reopen();
      const config = reread(this.currentConfig, app.reload === undefined ? ownOptions : undefined);
      logging.apply({ debug: config.DEFAULT.debug, levels: config.DEFAULT.default_log_levels });
      await app.reload?.(config);
      this.currentConfig = config;
    } catch (error) {
      log.error('Reloading failed; the service goes on as before', { error: messageOf(error) });
    }
  }
}
