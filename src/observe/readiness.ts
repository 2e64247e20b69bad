import { messageOf } from '../errors/kinds.js';
import type { Logger } from './logger.js';

/** Tells the supervisor of this process how it fares. Nothing waits for that, and failing to tell stops nothing. */
export interface Readiness {
  /** The service works; from now on it shows signs of life if these are wanted. */
  readonly ready: () => void;
  /** The service was told to stop; signs of life end. */
  readonly stopping: () => void;
}

export interface ReadinessParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** Runs a program to its end; rejects if it fails. */
  readonly run: (program: string, args: readonly string[]) => Promise<void>;
  readonly log: Logger;
}

/**
 * Readiness for systemd (sd_notify(3)): Node cannot write to its datagram socket, so the program systemd-notify does.
 * The unit needs `Type=notify` and `NotifyAccess=all`, since it is a child that speaks. Without NOTIFY_SOCKET nothing is
 * told to anybody.
 */
export function systemdReadiness({ environment, pid, run, log }: ReadinessParts): Readiness {
  const listens = Boolean(environment['NOTIFY_SOCKET']);
  let signsOfLife: NodeJS.Timeout | undefined;

  const tell = (...states: string[]) => {
    if (!listens) return;
    run('systemd-notify', states).catch((error: unknown) => {
      log.warn('Could not tell systemd about this service', { states: states.join(' '), error: messageOf(error) });
    });
  };

  return {
    ready() {
      tell('READY=1');
      const everyMs = watchdogMs(environment, pid);
      if (listens && everyMs !== undefined) signsOfLife = setInterval(tell, everyMs, 'WATCHDOG=1').unref();
    },
    stopping() {
      clearInterval(signsOfLife);
      tell('STOPPING=1');
    },
  };
}

/** Half of what systemd waits, as sd_watchdog_enabled(3) recommends; undefined if it does not watch this process. */
function watchdogMs(environment: Readonly<Record<string, string | undefined>>, pid: number): number | undefined {
  const { WATCHDOG_USEC: limitUs, WATCHDOG_PID: watched } = environment;
  const ms = Number(limitUs) / 2000;
  return ms >= 1 && (watched === undefined || Number(watched) === pid) ? ms : undefined;
}
