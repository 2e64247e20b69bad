import { ServiceError } from '../errors/kinds.js';
import type { InstanceSettings } from '../settings/catalogue.js';
import { startPlugged, startWithPorts } from './guest-ports.js';
import { mainKey } from './guest.js';
import type { InstanceOperation } from './operation.js';
import { POWER_STATE, type ContainerKey, type ContainerState } from './ports/containers.js';
import { exitReason } from './power/exit-reason.js';

const LAST_LINES = 5;

/**
 * Starts a new container and watches its first moments: one whose command ends at once is a boot that failed, with its
 * last words as the reason, unless it was meant to end (`docker:oneshot`). `begin`: how it is started; gives the engine's id.
 */
export async function startNew(
  op: InstanceOperation,
  settings: InstanceSettings,
  key: ContainerKey = mainKey(op),
  begin = (): Promise<string> => startPlugged(op.parts, key),
): Promise<ContainerState | undefined> {
  const { containers, deaths, pause } = op.parts;
  const graceMs = settings.start_grace === undefined ? op.parts.settings.startGraceMs : settings.start_grace * 1000;
  const death = deaths.next(key.instanceUuid);
  try {
    await startWithPorts(op, key, begin);
    await Promise.race([death.ended, pause(graceMs, op.signal)]);
    op.signal.throwIfAborted();
    const state = await containers.state(key);
    if (state?.powerState === POWER_STATE.SHUTDOWN && settings.oneshot !== true) throw await endedAtOnce(op, state);
    return state;
  } finally {
    death.forget();
  }
}

async function endedAtOnce(op: InstanceOperation, state: ContainerState): Promise<ServiceError> {
  const output = await op.parts.containers.consoleOutput(state.key, LAST_LINES).catch(() => '');
  const text = `The container ended as soon as it was started (${exitReason(state, output)}). Its command has to keep running; set docker:oneshot=true if it is meant to end.`;
  return new ServiceError('Invalid', text, { nova: { name: 'InstanceUnacceptable', code: 400 } });
}
