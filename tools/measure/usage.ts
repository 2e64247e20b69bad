import { readFileSync } from 'node:fs';
import { sessionOf, type ProcessRecord } from '../plane/machine/daemon.js';

/** Ticks of /proc/PID/stat; USER_HZ is 100 on every Linux that Debian builds. */
const TICKS_PER_SECOND = 100;

/**
 * Processor time in seconds of a daemon with all that it started and started again: living members of its session, and
 * the ended ones that their parents have waited for. Resolution 10 ms for each process.
 */
export function cpuSeconds(record: ProcessRecord): number {
  let ticks = 0;
  for (const { pid } of sessionOf(record)) ticks += ticksOf(pid);
  return ticks / TICKS_PER_SECOND;
}

/** Processor time in seconds of one process, with those of its children that have ended. */
export function cpuSecondsOf(pid: number): number {
  return ticksOf(pid) / TICKS_PER_SECOND;
}

/** Resident memory in MiB of the daemon and its living children. */
export function residentMib(record: ProcessRecord): number {
  let kib = 0;
  for (const { pid } of sessionOf(record)) {
    const line = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`));
    kib += Number(line?.[1] ?? 0);
  }
  return kib / 1024;
}

/** utime, stime, cutime and cstime of one process; 0 when it is gone. */
function ticksOf(pid: number): number {
  const text = read(`/proc/${pid}/stat`);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
