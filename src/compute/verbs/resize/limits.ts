import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../../../errors/kinds.js';
import type { Flavor } from '../../../objects/index.js';
import type { InstanceSettings, SettingName } from '../../../settings/catalogue.js';
import { guestState, mainKey, vanished } from '../../guest.js';
import { flavorFacts, instanceFacts } from '../../instance-facts.js';
import type { InstanceOperation } from '../../operation.js';
import { instanceSettings } from '../../plan/instance-settings.js';
import { POWER_STATE, type InstanceFacts, type PowerState } from '../../ports/containers.js';

const MIB = 1024 * 1024;
const ALIVE: ReadonlySet<PowerState> = new Set([POWER_STATE.RUNNING, POWER_STATE.PAUSED]);

/** What an engine changes of a container that runs, and what only this service goes by. */
const LIVE: ReadonlySet<SettingName> = new Set<SettingName>([
  ...(['cpu_shares', 'cpu_period', 'cpu_quota', 'cpu_policy', 'pids_limit', 'memory_reservation'] as const),
  ...(['start_grace', 'oneshot'] as const),
]);

/**
 * Looks whether the container can get this flavor as it runs, before anything is changed. Throws Invalid (ResizeError)
 * when it uses more memory than the flavor has, Unsupported when the flavor sets what only a new container can have.
 */
export async function checkFlavor(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const now = instanceFacts(op.instance, op.parts.settings);
  const fixed = changedSettings(settingsOf(op, now), settingsOf(op, { ...now, flavor: flavorFacts(flavor) }));
  const isOtherDisk = now.flavor.rootGb !== flavor.get('root_gb') && (await op.parts.containers.limitsRootDisk());
  if (isOtherDisk) fixed.push('the size of the root disk');
  if (fixed.length > 0) throw needsNewContainer(fixed);
  const state = await guestState(op);
  if (state === undefined) throw vanished();
  if (!ALIVE.has(state.powerState)) return;
  const { memoryBytes } = await op.parts.containers.usage(mainKey(op));
  if (memoryBytes > flavor.get('memory_mb') * MIB) throw tooSmall(memoryBytes, flavor);
}

/**
 * Gives the container the limits of a flavor, as it runs; what it runs does not notice. Safe to repeat. Memory is looked
 * at right before: the kernel would kill processes to get below a limit (cgroup v2).
 */
export async function applyFlavor(op: InstanceOperation, flavor: Flavor): Promise<void> {
  await checkFlavor(op, flavor);
  const { cpus: dedicated, containers } = op.parts;
  const instance = { ...instanceFacts(op.instance, op.parts.settings), flavor: flavorFacts(flavor) };
  const settings = settingsOf(op, instance);
  const isDedicated = settings.cpu_policy === 'dedicated';
  const cpus = isDedicated ? await dedicated.reserve(instance.uuid, instance.flavor.vcpus) : null;
  await containers.limit(mainKey(op), { instance, settings, cpus });
  // Not before: until then the container ran on them.
  if (!isDedicated) await dedicated.release(instance.uuid);
}

function settingsOf(op: InstanceOperation, facts: InstanceFacts): InstanceSettings {
  return instanceSettings(facts, op.parts.policy).values;
}

/** Names of the settings that differ and cannot be changed in a container that is there. Pure. */
export function changedSettings(before: InstanceSettings, after: InstanceSettings): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as ReadonlySet<SettingName>;
  return [...names].filter((name) => !LIVE.has(name) && !isDeepStrictEqual(before[name], after[name])).toSorted();
}

function needsNewContainer(names: readonly string[]): ServiceError {
  const reason =
    `the flavors differ in ${names.join(', ')}, which a container gets when it is made and keeps; ` +
    'servers are resized without a restart here, so take a flavor with the same settings, or make a new server of an image of this one';
  return resizeError('Unsupported', reason);
}

function tooSmall(memoryBytes: number, flavor: Flavor): ServiceError {
  const [used, offered] = [Math.ceil(memoryBytes / MIB), flavor.get('memory_mb')];
  const reason = `it uses ${used} MiB of memory and flavor ${flavor.get('name') ?? ''} has ${offered} MiB`;
  return resizeError('Invalid', reason);
}

function resizeError(kind: 'Invalid' | 'Unsupported', reason: string): ServiceError {
  return new ServiceError(kind, `The server can't be resized: ${reason}.`, {
    nova: { name: 'ResizeError', code: 500, kwargs: { reason } },
  });
}
