import { constants } from 'node:os';
import type { ContainerState } from '../ports/containers.js';

/** Longest value that server metadata and an event's details hold. */
const MAX_LENGTH = 255;

/** Exit codes above this are 128 + the signal that ended the process. */
const SIGNAL_BASE = 128;

/**
 * Why a container ended, for its owner: exit code, signal, out of memory, and as much of its last words as fits.
 * `output` is the end of its console.
 */
export function exitReason(state: ContainerState, output: string): string {
  const what = whatEnded(state);
  const lastWords = output.trim().split('\n').slice(-5).join(' | ').trim();
  if (lastWords === '') return what;
  const room = MAX_LENGTH - what.length - 2;
  return `${what}: ${lastWords.length <= room ? lastWords : `…${lastWords.slice(-(room - 1))}`}`;
}

function whatEnded({ exitCode, oomKilled, error }: ContainerState): string {
  if (oomKilled) return 'killed: it used more memory than its flavor has';
  if (error !== '') return `could not run: ${error}`.slice(0, MAX_LENGTH);
  if (exitCode === null) return 'ended';
  const signal = exitCode > SIGNAL_BASE ? signalName(exitCode - SIGNAL_BASE) : undefined;
  return signal === undefined ? `exited with code ${exitCode}` : `ended by ${signal} (code ${exitCode})`;
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}
