import { isDeepStrictEqual } from 'node:util';
import { kindOf, messageOf, ServiceError } from '../../../errors/kinds.js';
import type { Flavor } from '../../../objects/index.js';
import type { InstanceSettings, SettingName } from '../../../settings/catalogue.js';
import { guestState, mainKey, vanished } from '../../guest.js';
import { flavorFacts, instanceFacts } from '../../instance-facts.js';
import type { InstanceOperation } from '../../operation.js';
import { ephemeralGbInUse } from '../../plan/ephemeral.js';
import { instanceSettings } from '../../plan/instance-settings.js';
import { POWER_STATE, type ContainerLimits, type PowerState } from '../../ports/containers.js';

const MIB = 1024 * 1024;
const ALIVE: ReadonlySet<PowerState> = new Set([POWER_STATE.RUNNING, POWER_STATE.PAUSED]);

/** What an engine changes of a container that runs, and what only this service goes by. */
const LIVE: ReadonlySet<SettingName> = new Set<SettingName>([
  ...(['cpu_shares', 'cpu_period', 'cpu_quota', 'cpu_policy', 'pids_limit', 'memory_reservation'] as const),
  ...(['start_grace', 'oneshot'] as const),
]);

/**
 * Looks whether the server can get this flavor here, before anything is changed, and gives the names of what it can have
 * in a new container only: [] when it stays the one that runs. Throws Invalid (ResizeError) when that one uses more memory
 * than the flavor has, Unsupported and Unavailable when its disk can't be that of a new one.
 */
export async function checkFlavor(op: InstanceOperation, flavor: Flavor): Promise<readonly string[]> {
  const fixed = await fixedChanges(op, op.instance.get('flavor'), flavor);
  if (fixed.length > 0) await checkDisk(op, fixed);
  else await checkMemory(op, flavor);
  return fixed;
}

/** Names of what differs between two flavors of this server and cannot be changed in a container that is there. */
export async function fixedChanges(op: InstanceOperation, before: Flavor, after: Flavor): Promise<readonly string[]> {
  const fixed = changedSettings(limitsOf(op, before).settings, limitsOf(op, after).settings);
  const isOtherDisk = before.get('root_gb') !== after.get('root_gb') && (await op.parts.containers.limitsRootDisk());
  const isOtherEphemeral = hasEphemeral(before) !== hasEphemeral(after);
  return [
    ...fixed,
    ...(isOtherDisk ? ['the size of the root disk'] : []),
    ...(isOtherEphemeral ? ['ephemeral disks'] : []),
  ];
}

function hasEphemeral(flavor: Flavor): boolean {
  return flavor.get('ephemeral_gb') > 0;
}

/** Ephemeral disks are never made smaller, nor taken away. Throws Invalid (ResizeError). */
export async function checkEphemeral(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const [before, after] = [op.instance.get('flavor'), flavor.get('ephemeral_gb')];
  if (before.get('ephemeral_gb') <= after) return;
  const devices = await op.conductor.blockDevices.ofInstance(op.instance.get('uuid'));
  const inUse = ephemeralGbInUse(before, devices);
  if (inUse <= after) return;
  const reason = `its ephemeral disks have ${inUse} GB and flavor ${flavor.get('name') ?? ''} has ${after} GB`;
  throw resizeError('Invalid', `${reason}: no disk is made smaller`);
}

async function checkDisk(op: InstanceOperation, fixed: readonly string[]): Promise<void> {
  try {
    await op.parts.disks.checkCarriable(mainKey(op), op.signal);
  } catch (error) {
    const kind = kindOf(error);
    if (kind === 'NotFound') throw vanished();
    if (kind !== 'Unsupported' && kind !== 'Unavailable') throw error;
    const why = messageOf(error).replace(/\.$/, '');
    throw resizeError(kind, `the flavors differ in ${fixed.join(', ')}, which needs a new container: ${why}`, error);
  }
}

async function checkMemory(op: InstanceOperation, flavor: Flavor): Promise<void> {
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
  await checkMemory(op, flavor);
  await setLimits(op, flavor);
}

/** The same of one that may be stopped, and whose memory is not looked at. */
export async function setLimits(op: InstanceOperation, flavor: Flavor): Promise<void> {
  const { cpus: dedicated, containers } = op.parts;
  const { instance, settings } = limitsOf(op, flavor);
  const cpus = await reservedCpus(op, flavor);
  await containers.limit(mainKey(op), { instance, settings, cpus });
  // Not before: until then the container ran on them.
  if (cpus === null) await dedicated.release(instance.uuid);
}

/** CPUs that are the server's alone with this flavor. */
export async function reservedCpus(op: InstanceOperation, flavor: Flavor): Promise<readonly number[] | null> {
  const { instance, settings } = limitsOf(op, flavor);
  return settings.cpu_policy === 'dedicated' ? op.parts.cpus.reserve(instance.uuid, instance.flavor.vcpus) : null;
}

/** What this server is with a flavor. Throws Invalid for what the policy refuses. */
export function limitsOf(op: InstanceOperation, flavor: Flavor): Pick<ContainerLimits, 'instance' | 'settings'> {
  const instance = { ...instanceFacts(op.instance, op.parts.settings), flavor: flavorFacts(flavor) };
  return { instance, settings: instanceSettings(instance, op.parts.policy).values };
}

/** Names of the settings that differ and cannot be changed in a container that is there. Pure. */
export function changedSettings(before: InstanceSettings, after: InstanceSettings): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]) as ReadonlySet<SettingName>;
  return [...names].filter((name) => !LIVE.has(name) && !isDeepStrictEqual(before[name], after[name])).toSorted();
}

function tooSmall(memoryBytes: number, flavor: Flavor): ServiceError {
  const [used, offered] = [Math.ceil(memoryBytes / MIB), flavor.get('memory_mb')];
  const reason = `it uses ${used} MiB of memory and flavor ${flavor.get('name') ?? ''} has ${offered} MiB`;
  return resizeError('Invalid', reason);
}

function resizeError(kind: 'Invalid' | 'Unsupported' | 'Unavailable', reason: string, cause?: unknown): ServiceError {
  return new ServiceError(kind, `The server can't be resized: ${reason}.`, {
    cause,
    nova: { name: 'ResizeError', code: 500, kwargs: { reason } },
  });
}
