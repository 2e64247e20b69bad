import { instanceFacts } from '../instance-facts.js';
import type { InstanceOperation } from '../operation.js';
import { planGuest } from '../plan/guest-plan.js';
import { instanceSettings } from '../plan/instance-settings.js';
import type { ContainerPlan, LocalImage } from '../ports/containers.js';
import type { InjectedFile } from '../ports/instance-folders.js';
import type { InstanceSettings } from '../../settings/catalogue.js';
import type { Vif } from '../../objects/index.js';

/** What a new container of a server that there was before is made of. */
export interface Remake {
  readonly image: LocalImage;
  /** Of the image, where they are not cut as those in the instance's row are. */
  readonly properties: Readonly<Record<string, string>>;
  /** Plugged. */
  readonly vifs: readonly Vif[];
  readonly injectedFiles?: readonly InjectedFile[];
  readonly adminPassword?: string | null;
}

/** What flavor, image and server set, checked: nothing is taken away before it is known that the new one can be made. */
export function remakeSettings(op: InstanceOperation, properties: Remake['properties']): InstanceSettings {
  const facts = instanceFacts(op.instance, op.parts.settings, { properties });
  return instanceSettings(facts, op.parts.policy).values;
}

/** Makes the server's container, or adopts the one that an earlier try has made. Does not start it. */
export async function remake(op: InstanceOperation, wish: Remake): Promise<void> {
  await op.parts.containers.create(await remakePlan(op, wish), op.signal);
}

/** What it is to be made of. */
export async function remakePlan(op: InstanceOperation, wish: Remake): Promise<ContainerPlan> {
  const { image, properties, vifs, injectedFiles = [], adminPassword = null } = wish;
  const instance = instanceFacts(op.instance, op.parts.settings, { properties });
  const settings = remakeSettings(op, properties);
  return planGuest(op, { instance, settings, image, vifs, injectedFiles, adminPassword });
}
