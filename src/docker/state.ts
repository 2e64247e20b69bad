import { POWER_STATE, type ContainerKey, type ContainerState } from '../compute/ports/containers.js';
import type { ContainerStatus, ContainerSummary, PowerState } from '../compute/ports/containers.js';
import type { ContainerInspect, ContainerListItem } from './engine/wire.js';

/**
 * Nova's word for the engine's. An ended container is SHUTDOWN however it ended, as libvirt's domain is whose process
 * was killed: a list does not tell why, and a state must not depend on which call was asked. `dead` is a container
 * that the engine failed to remove. Whether a frozen one is suspended only the manager knows.
 */
const POWER: Readonly<Record<ContainerStatus, PowerState>> = {
  created: POWER_STATE.SHUTDOWN,
  running: POWER_STATE.RUNNING,
  restarting: POWER_STATE.RUNNING,
  paused: POWER_STATE.PAUSED,
  exited: POWER_STATE.SHUTDOWN,
  dead: POWER_STATE.CRASHED,
  removing: POWER_STATE.NOSTATE,
};

/** The engine's zero time. */
const NEVER = '0001-01-01T00:00:00Z';

/** The power state that a status stands for. */
export function powerStateOf(status: ContainerStatus): PowerState {
  return POWER[status];
}

/** A container just created: nothing more can be known of it. */
export function createdState(key: ContainerKey, containerId: string): ContainerState {
  const status = 'created';
  const none = { exitCode: null, oomKilled: false, error: '', startedAt: null, finishedAt: null, pid: 0 };
  return { key, containerId, status, powerState: powerStateOf(status), ...none };
}

/** The state in an inspection. */
export function inspectedState(key: ContainerKey, inspect: ContainerInspect): ContainerState {
  const { State: state } = inspect;
  const status = statusOf(state.Status);
  return {
    key,
    containerId: inspect.Id,
    status,
    powerState: powerStateOf(status),
    exitCode: hasEnded(status) || (status === 'created' && state.Error !== '') ? state.ExitCode : null,
    oomKilled: state.OOMKilled,
    error: state.Error,
    startedAt: timeOf(state.StartedAt),
    finishedAt: timeOf(state.FinishedAt),
    pid: state.Pid,
  };
}

/** The state in a list: its exit code stands only in the text, `Exited (137) 2 minutes ago`. */
export function listedState(key: ContainerKey, item: ContainerListItem): ContainerSummary {
  const status = statusOf(item.State);
  const code = hasEnded(status) ? /^\w+ \((\d+)\)/.exec(item.Status)?.[1] : undefined;
  const exitCode = code === undefined ? null : Number(code);
  return { key, containerId: item.Id, status, powerState: powerStateOf(status), exitCode };
}

function hasEnded(status: ContainerStatus): boolean {
  return status === 'exited' || status === 'dead';
}

/** A status that no engine has yet is taken for `removing`: no state, so that nobody acts on it. */
function statusOf(word: string): ContainerStatus {
  return word in POWER ? (word as ContainerStatus) : 'removing';
}

function timeOf(text: string): Date | null {
  return text === '' || text === NEVER ? null : new Date(text);
}
