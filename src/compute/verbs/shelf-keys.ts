import { messageOf } from '../../errors/kinds.js';
import type { InstanceChanges, InstanceOperation } from '../operation.js';
import { currentInstance } from '../recovery/verb-resume.js';

/** The keys that shelving left, dropped (nova/compute/utils.py remove_shelved_keys_from_system_metadata, release 26). */
export function withoutShelving(op: InstanceOperation): InstanceChanges {
  const kept = Object.entries(op.instance.get('system_metadata')).filter(([key]) => !key.startsWith('shelved_'));
  if (kept.length === Object.keys(op.instance.get('system_metadata')).length) return {};
  return { system_metadata: Object.fromEntries(kept) };
}

/** What the server is now stands on this host; an image that stays behind only takes room. Never throws. */
export async function removeShelfImage(op: InstanceOperation, imageId: string): Promise<void> {
  try {
    await op.parts.library.remove(imageId, op.request.context);
  } catch (error) {
    op.log.warn('The image of a server that was shelved could not be deleted', { imageId, reason: messageOf(error) });
  }
}

/** The same, unless the row still names it: then it is all that there is of the server. */
export async function dropShelfImage(op: InstanceOperation, imageId: string): Promise<void> {
  const instance = await currentInstance(op);
  if (instance?.get('system_metadata')['shelved_image_id'] !== imageId) await removeShelfImage(op, imageId);
}
