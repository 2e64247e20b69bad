import { kindOf, messageOf } from '../../errors/kinds.js';
import { textsArg } from '../arguments.js';
import type { Operation } from '../operation.js';

/**
 * Brings images to this host before a server needs them; tells of each what became of it
 * (nova/compute/manager.py cache_images, release 26). One after the other: how many hosts do so at a time is conductor's
 * business, and boots must not wait behind images that nobody waits for.
 */
export async function cacheImages(op: Operation): Promise<Readonly<Record<string, 'cached' | 'existing' | 'error'>>> {
  const { parts, request, signal, log } = op;
  const imageIds = textsArg(request.args, 'image_ids');
  log.info('Images are cached by request', { images: imageIds.length });
  const results: Record<string, 'cached' | 'existing' | 'error'> = {};
  for (const imageId of imageIds) {
    try {
      results[imageId] = await parts.images.cache(imageId, request.context, signal);
    } catch (error) {
      if (signal.aborted || kindOf(error) === 'Interrupted') throw error;
      log.error('An image could not be cached', { imageId, reason: messageOf(error), error });
      results[imageId] = 'error';
    }
  }
  return results;
}
