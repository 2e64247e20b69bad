import { POWER_STATE, type PowerState } from '../ports/containers.js';
import type { Task, VmState } from '../states.js';

/** What the comparison of an instance's row with its container asks for. */
export type PowerVerdict =
  | 'in-order'
  /** Only the row's power_state is old. */
  | 'record'
  /** It ended by itself or by somebody's hand: the server is stopped, and the reason is told. */
  | 'ended'
  /** The engine took it down with itself: Nova still wants it to run. */
  | 'start'
  /** The same for a paused one. */
  | 'start-paused'
  /** It runs, and Nova wants it stopped. */
  | 'stop'
  /** It is rescued, and its own container runs on the disk that the other one has. */
  | 'stop-own'
  /** Its container is gone. */
  | 'vanished';

export interface PowerFacts {
  readonly vmState: VmState;
  readonly task: Task;
  /** power_state of the row. */
  readonly recorded: number | null;
  /** What the engine says of the container that the server is at present; of a rescued one, that of its rescue. */
  readonly guest: PowerState | 'missing';
  /** Its own container runs. */
  readonly ownRuns: boolean;
  /** Its end was the doing of the engine, or of the host. */
  readonly engineTookIt: boolean;
}

/**
 * What the ports of a server have to become: silent while its container is frozen, whoever froze it. In the middle of
 * something they are that verb's, which may have frozen the container for a moment only.
 */
export function decidePorts({ task, guest, isMuted }: PortFacts): 'mute' | 'unmute' | 'in-order' {
  if (task !== null) return 'in-order';
  if (guest === POWER_STATE.PAUSED) return 'mute'; // once more: an agent may have set a port up
  return guest === POWER_STATE.RUNNING && isMuted ? 'unmute' : 'in-order';
}

export interface PortFacts extends Pick<PowerFacts, 'task' | 'guest'> {
  readonly isMuted: boolean;
}

/** States in which an instance has a container of its own. */
const HAS_CONTAINER: ReadonlySet<VmState> = new Set<VmState>([
  'active',
  'paused',
  'suspended',
  'stopped',
  'soft-delete',
]);
/** States in which it runs, as far as Nova knows. */
const RUNS: ReadonlySet<VmState> = new Set<VmState>(['active', 'paused', 'rescued', 'resized']);
/** Those in which its end by itself makes it a stopped server. */
const ENDS: ReadonlySet<VmState> = new Set<VmState>(['active', 'paused']);
const OFF: ReadonlySet<PowerState> = new Set<PowerState>([POWER_STATE.SHUTDOWN, POWER_STATE.CRASHED]);

/**
 * The table of nova/compute/manager.py _sync_instance_power_state (release 26), with two differences: what the engine
 * took down is started again, and a missing container is an error instead of a stopped server.
 */
export function decidePower(facts: PowerFacts): PowerVerdict {
  const { vmState, task, guest } = facts;
  if (task !== null) return 'in-order';
  if (vmState === 'rescued' && facts.ownRuns) return 'stop-own';
  if (guest === 'missing') return HAS_CONTAINER.has(vmState) ? 'vanished' : 'in-order';
  if (guest === POWER_STATE.NOSTATE || vmState === 'suspended') return 'in-order';
  return OFF.has(guest) ? whenOff(facts) : whenOn(facts);
}

function whenOn({ vmState, recorded, guest }: PowerFacts): PowerVerdict {
  if (vmState === 'stopped') return 'stop';
  return recorded === guest ? 'in-order' : 'record';
}

function whenOff({ vmState, recorded, guest, engineTookIt }: PowerFacts): PowerVerdict {
  const isOld = recorded === guest ? 'in-order' : 'record';
  if (!RUNS.has(vmState)) return isOld;
  if (engineTookIt) return whenTakenDown(vmState, recorded, isOld);
  return ENDS.has(vmState) ? 'ended' : isOld;
}

/** A resized server was stopped before, or ran: its row says which. */
function whenTakenDown(vmState: VmState, recorded: number | null, isOld: PowerVerdict): PowerVerdict {
  if (vmState === 'resized' && recorded !== POWER_STATE.RUNNING) return isOld;
  return vmState === 'paused' ? 'start-paused' : 'start';
}
