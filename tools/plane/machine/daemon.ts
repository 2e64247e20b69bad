import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Trouble } from '../trouble.js';
import { livingProcesses, readStat, signalIfThere, type ProcessStat } from './processes.js';
import { until } from './wait.js';

/** How one daemon is started. */
export interface DaemonSpec {
  /** What to call it in messages. */
  readonly name: string;
  /** The program by its full path or found on PATH, and its arguments. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly recordFile: string;
  readonly logFile: string;
}

/** Who a started process is: a pid alone may belong to another by now. */
export interface ProcessRecord {
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

/**
 * Writes its own record and then becomes the daemon, so no crash of ours between two lines leaves an unrecorded process.
 * The shell's own name holds no space, so the start time is field 22.
 */
const RECORD_AND_EXEC =
  'record=$1; shift; printf "%s %s %s\\n" "$$" "$(cut -d" " -f22 /proc/$$/stat)" ' +
  '"$(cat /proc/sys/kernel/random/boot_id)" > "$record.new" && mv "$record.new" "$record" && exec "$@"';

/**
 * INVARIANTS: every daemon leads a session of its own, whose id is its pid. While any member of that session lives, the
 * kernel gives the number to nobody else; so the members found by session are ours even after the leader is gone.
 */
export async function startDaemon(spec: DaemonSpec, signal: AbortSignal): Promise<ProcessRecord> {
  for (const file of [spec.recordFile, spec.logFile]) mkdirSync(dirname(file), { recursive: true });
  rmSync(spec.recordFile, { force: true });
  const log = openSync(spec.logFile, 'a');
  writeSync(log, `=== ${new Date().toISOString()} start: ${spec.argv.join(' ')}\n`);
  const child = spawn('/bin/sh', ['-c', RECORD_AND_EXEC, 'sh', spec.recordFile, ...spec.argv], {
    env: spec.env,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  child.unref();
  return until(
    () => {
      if (failure !== undefined) throw new Trouble(`cannot start ${spec.name}: ${failure.message}`);
      return readRecord(spec.recordFile);
    },
    { what: `${spec.name} to start`, signal, timeoutMs: 20_000, everyMs: 5, logFile: spec.logFile },
  );
}

/** The record of a daemon, or null when none was started. */
export function readRecord(recordFile: string): ProcessRecord | null {
  let text: string;
  try {
    text = readFileSync(recordFile, 'utf8');
  } catch {
    return null;
  }
  const [pid, startTicks, bootId] = text.trim().split(' ');
  if (pid === undefined || startTicks === undefined || bootId === undefined) return null;
  return { pid: Number(pid), startTicks: Number(startTicks), bootId };
}

function sameBoot(record: ProcessRecord): boolean {
  return record.bootId === readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** True while that very process lives. */
export function isAlive(record: ProcessRecord | null): record is ProcessRecord {
  if (record === null || !sameBoot(record)) return false;
  const stat = readStat(record.pid);
  return stat !== null && stat.startTicks === record.startTicks && stat.state !== 'Z';
}

/** What is left of the daemon's session: itself, its workers, and what it started, even after its own end. */
export function sessionOf(record: ProcessRecord): ProcessStat[] {
  if (!sameBoot(record)) return [];
  return livingProcesses().filter((stat) => stat.session === record.pid && stat.startTicks >= record.startTicks);
}

/** Kills at once, as a crash would: the daemon and its workers, but not what it set apart in a process group of its own. */
export function killDaemon(record: ProcessRecord): void {
  for (const stat of sessionOf(record)) if (stat.group === record.pid) signalIfThere(stat.pid, 'SIGKILL');
}

/** Kills the whole session, with all that the daemon ever started in it. */
export function killSession(record: ProcessRecord): void {
  for (const stat of sessionOf(record)) signalIfThere(stat.pid, 'SIGKILL');
}

/** Asks the daemon to end, waits for `graceMs`, then kills what is left of its process group. */
export async function stopDaemon(record: ProcessRecord, graceMs: number, signal: AbortSignal): Promise<void> {
  if (isAlive(record)) {
    signalIfThere(record.pid, 'SIGTERM');
    const deadline = performance.now() + graceMs;
    await until(() => !isAlive(record) || performance.now() > deadline, {
      what: 'a daemon to end',
      signal,
      everyMs: 25,
      timeoutMs: graceMs + 5000,
    });
  }
  killDaemon(record);
  await until(() => !sessionOf(record).some((stat) => stat.group === record.pid), {
    what: `process ${record.pid} to end after SIGKILL`,
    signal,
    everyMs: 10,
    timeoutMs: 20_000,
  });
}
