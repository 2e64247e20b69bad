import { messageOf } from '../../errors/kinds.js';
import { save, type InstanceOperation } from '../operation.js';
import type { LocalImage } from '../ports/containers.js';
import type { Belongings } from '../ports/instance-folders.js';
import type { Task } from '../states.js';
import { packedBelongings, unpackedBelongings } from './belongings.js';
import { newKey, seal, unseal } from './seal.js';

/** Under which Nova keeps the key, for itself: system metadata is shown to nobody. Goes when the shelving ends. */
const KEY = 'shelved_belongings_key';

/**
 * What has to go along with a server that is shelved, sealed: it waits in the server's image, which its users may hand on
 * to others, so the key is elsewhere. Undefined: nothing. The key is in the row when this ends, and stays the same one.
 */
export async function sealedBelongings(op: InstanceOperation, tasks: readonly Task[]): Promise<string | undefined> {
  const packed = await packedBelongings(op);
  if (packed === '') return undefined;
  const { instance } = op;
  const known = instance.get('system_metadata')[KEY];
  const key = known ?? newKey();
  if (known !== key) await save(op, { system_metadata: { ...instance.get('system_metadata'), [KEY]: key } }, tasks);
  return seal(packed, key, instance.get('uuid'));
}

/**
 * What came along with a server in the image that it was shelved into. An image that was changed by hand is no reason not
 * to have the server back.
 */
export function belongingsFromShelf(op: InstanceOperation, { sealed }: LocalImage): Belongings | undefined {
  const key = op.instance.get('system_metadata')[KEY];
  if (sealed === undefined || typeof key !== 'string') return undefined;
  try {
    return unpackedBelongings(unseal(sealed, key, op.instance.get('uuid')));
  } catch (error) {
    op.log.warn('The files that a server was shelved with cannot be read', { reason: messageOf(error) });
    return undefined;
  }
}
