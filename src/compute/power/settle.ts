import { recordFault } from '../failures.js';
import { freeze, startWithPorts } from '../guest-ports.js';
import { exposeDisk, guestKey, mainKey, powerOff, vanished } from '../guest.js';
import { save, type InstanceOperation } from '../operation.js';
import { POWER_STATE, type ContainerState } from '../ports/containers.js';
import type { PlainAction } from '../ports/notifications.js';
import type { PowerVerdict } from './decision.js';
import { exitReason } from './exit-reason.js';

/** Server metadata that tells the tenant why his container ended. */
const EXIT_KEY = 'docker:exit';
const LAST_LINES = 5;

type Settling = (op: InstanceOperation, guest: ContainerState | undefined) => Promise<void>;

const SETTLINGS: Readonly<Record<PowerVerdict, Settling>> = {
  'in-order': () => Promise.resolve(),
  record: (op, guest) => save(op, { power_state: guest?.powerState ?? POWER_STATE.NOSTATE }, [null]),
  ended: (op, guest) => (guest === undefined ? Promise.resolve() : tellOfEnd(op, guest)),
  start: (op) => startAgain(op, false),
  'start-paused': (op) => startAgain(op, true),
  stop: stopAgain,
  'stop-own': stopOwn,
  vanished: tellOfLoss,
};

/** Brings row and container together. Runs in the instance's turn, on a row and a state that were just read. */
export async function settle(
  op: InstanceOperation,
  verdict: PowerVerdict,
  guest: ContainerState | undefined,
): Promise<void> {
  await SETTLINGS[verdict](op, guest);
}

/** The server is stopped, as if its user had asked for it, and the reason stands where he can read it. */
async function tellOfEnd(op: InstanceOperation, guest: ContainerState): Promise<void> {
  const output = await op.parts.containers.consoleOutput(mainKey(op), LAST_LINES).catch(() => '');
  const reason = exitReason(guest, output);
  op.log.warn('The container ended by itself', { reason, exitCode: guest.exitCode });
  await notify(op, 'power_off', 'start');
  const metadata = { ...op.instance.get('metadata'), [EXIT_KEY]: reason };
  await save(op, { vm_state: 'stopped', power_state: guest.powerState, metadata }, [null], ['active', 'paused']);
  const at = op.parts.now();
  const failed = guest.exitCode !== 0;
  await op.conductor.events.record(op.instance.get('uuid'), {
    action: 'stop',
    event: 'container_exit',
    details: reason,
    failed,
    at,
  });
  await notify(op, 'power_off', 'end');
}

async function startAgain(op: InstanceOperation, paused: boolean): Promise<void> {
  op.log.warn('The engine took the container down with itself; starting it again');
  // The disk of a rescued one is mounted for its rescue by this host, and a boot takes that away.
  if (guestKey(op).role === 'rescue') await exposeDisk(op);
  await startWithPorts(op, guestKey(op));
  if (paused) await freeze(op);
  await save(op, { power_state: paused ? POWER_STATE.PAUSED : POWER_STATE.RUNNING }, [null]);
}

async function stopAgain(op: InstanceOperation): Promise<void> {
  op.log.warn('A stopped server was started outside of Nova; stopping it');
  await powerOff(op, true);
  await save(op, { power_state: POWER_STATE.SHUTDOWN }, [null]);
}

async function stopOwn(op: InstanceOperation): Promise<void> {
  op.log.warn('The own container of a rescued server was started outside of Nova; stopping it');
  await op.parts.containers.stop(mainKey(op), { timeoutMs: 0 });
}

async function tellOfLoss(op: InstanceOperation): Promise<void> {
  op.log.error('The container of a server was removed outside of Nova');
  await recordFault(op, vanished());
  await save(op, { vm_state: 'error', power_state: POWER_STATE.NOSTATE }, [null]);
}

/** Somebody changed limits with `docker update`: they stay, and the server's actions say so. */
export async function tellOfUpdate(op: InstanceOperation): Promise<void> {
  const details = 'The limits of the container were changed outside of Nova; they are no longer those of the flavor.';
  op.log.warn(details);
  const happened = { action: 'update', event: 'container_update', details, failed: false, at: op.parts.now() };
  await op.conductor.events.record(op.instance.get('uuid'), happened);
}

async function notify(op: InstanceOperation, action: PlainAction, phase: 'start' | 'end'): Promise<void> {
  await op.parts.notifications.instance({ context: op.request.context, instance: op.instance, action, phase });
}
