import { resolveSettings, type ResolvedSettings } from '../../settings/resolve.js';
import type { Policy } from '../../settings/policy.js';
import type { InstanceFacts } from '../ports/containers.js';

/** What flavor, image and metadata set of an instance's container. Throws Invalid for what the policy refuses. */
export function instanceSettings(instance: InstanceFacts, policy: Policy): ResolvedSettings {
  const { flavor, imageProperties, metadata } = instance;
  return resolveSettings({ flavor: flavor.extraSpecs, image: imageProperties, metadata }, policy);
}
