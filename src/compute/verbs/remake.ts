import { instanceFacts } from '../instance-facts.js';
import type { InstanceOperation } from '../operation.js';
import { ephemeralDisksOf } from '../plan/ephemeral.js';
import { planGuest } from '../plan/guest-plan.js';
import { instanceSettings } from '../plan/instance-settings.js';
import type { ContainerPlan, EphemeralDisk, InstanceFacts, LocalImage } from '../ports/containers.js';
import type { Belongings, GuestRole } from '../ports/instance-folders.js';
import type { InstanceSettings } from '../../settings/catalogue.js';
import type { Vif } from '../../objects/index.js';

/** What a new container of a server that there was before is made of. */
export interface Remake extends Partial<Belongings> {
  readonly image: LocalImage;
  /** Of the image, where they are not cut as those in the instance's row are. */
  readonly properties: Readonly<Record<string, string>>;
  /** Plugged. */
  readonly vifs: readonly Vif[];
  /** The image is what the server's disk was. */
  readonly ownDisk?: boolean;
  /** Absent: made anew, blank. */
  readonly ephemeral?: EphemeralDisk;
  /** Absent: the server's own container. */
  readonly role?: GuestRole;
}

/** What flavor, image and server set, checked: nothing is taken away before it is known that the new one can be made. */
export function remakeSettings(op: InstanceOperation, properties: Remake['properties']): InstanceSettings {
  return instanceSettings(factsOf(op, properties), op.parts.policy).values;
}

/** Makes the server's container, or adopts the one that an earlier try has made. Does not start it. */
export async function remake(op: InstanceOperation, wish: Remake): Promise<void> {
  await op.parts.containers.create(await remakePlan(op, wish), op.signal);
}

/** What it is to be made of. A rescue has ephemeral disks where the server's own disk is. */
export async function remakePlan(op: InstanceOperation, wish: Remake): Promise<ContainerPlan> {
  const { image, properties, vifs, injectedFiles = [], adminPassword = null, randomSeed = null } = wish;
  const { role = 'main', ownDisk = false, ephemeral } = wish;
  const instance = factsOf(op, properties);
  const settings = remakeSettings(op, properties);
  const belongings = { injectedFiles, adminPassword, randomSeed };
  const disks = role === 'rescue' ? [] : await ephemeralDisksOf(op, op.instance.get('flavor'), ephemeral);
  return planGuest(op, { instance, settings, image, vifs, ...belongings, role, ownDisk, ephemeralDisks: disks });
}

/**
 * An image that the scheduler never saw (of a rescue, or one that its owner changed while the server was shelved) gives
 * no CPUs: Placement would not know of them. What counts is what nova-api wrote down and the server was scheduled by.
 */
function factsOf(op: InstanceOperation, properties: Remake['properties']): InstanceFacts {
  return instanceFacts(op.instance, op.parts.settings, { properties: { ...properties, hw_cpu_policy: undefined } });
}
