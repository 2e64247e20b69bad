import { ServiceError } from '../errors/kinds.js';
import { mainKey } from './guest.js';
import type { InstanceOperation } from './operation.js';
import { POWER_STATE, type ContainerState, type InstanceFacts } from './ports/containers.js';
import { exitReason } from './power/exit-reason.js';

const LAST_LINES = 5;

/**
 * Starts a new container and watches its first moments: one whose command ends at once is a boot that failed, with its
 * last words as the reason, unless it was meant to end (`docker:oneshot`).
 */
export async function startNew(op: InstanceOperation, instance: InstanceFacts): Promise<ContainerState | undefined> {
  const { containers, deaths, pause } = op.parts;
  const key = mainKey(op);
  const death = deaths.next(key.instanceUuid);
  try {
    await containers.start(key);
    await Promise.race([death.ended, pause(graceMs(op, instance), op.signal)]);
    op.signal.throwIfAborted();
    const state = await containers.state(key);
    if (state?.powerState === POWER_STATE.SHUTDOWN && !isOneshot(instance)) throw await endedAtOnce(op, state);
    return state;
  } finally {
    death.forget();
  }
}

async function endedAtOnce(op: InstanceOperation, state: ContainerState): Promise<ServiceError> {
  const output = await op.parts.containers.consoleOutput(mainKey(op), LAST_LINES).catch(() => '');
  const text = `The container ended as soon as it was started (${exitReason(state, output)}). Its command has to keep running; set docker:oneshot=true if it is meant to end.`;
  return new ServiceError('Invalid', text, { nova: { name: 'InstanceUnacceptable', code: 400 } });
}

/** Seconds from `docker:start_grace`, else the host's option. */
function graceMs(op: InstanceOperation, instance: InstanceFacts): number {
  const said = Number(steering(instance, 'start_grace') ?? Number.NaN);
  return Number.isFinite(said) && said >= 0 ? Math.min(said, MAX_GRACE_S) * 1000 : op.parts.settings.startGraceMs;
}

const MAX_GRACE_S = 600;

function isOneshot(instance: InstanceFacts): boolean {
  return /^(true|yes|on|1)$/i.test(steering(instance, 'oneshot') ?? '');
}

/** A setting of the flavor, the image or the server's metadata; the operator's word goes before the tenant's. */
function steering({ flavor, imageProperties, metadata }: InstanceFacts, name: string): string | undefined {
  return flavor.extraSpecs[`docker:${name}`] ?? imageProperties[`docker_${name}`] ?? metadata[`docker:${name}`];
}
