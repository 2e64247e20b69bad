import type { InstanceChanges, InstanceOperation } from '../operation.js';

/** The keys that shelving left, dropped (nova/compute/utils.py remove_shelved_keys_from_system_metadata, release 26). */
export function withoutShelving(op: InstanceOperation): InstanceChanges {
  const kept = Object.entries(op.instance.get('system_metadata')).filter(([key]) => !key.startsWith('shelved_'));
  if (kept.length === Object.keys(op.instance.get('system_metadata')).length) return {};
  return { system_metadata: Object.fromEntries(kept) };
}
