import pLimit from 'p-limit';
import { ServiceError } from '../errors/kinds.js';
import type { LocalImage } from '../compute/ports/containers.js';
import type { ImageFacts, Images } from '../compute/ports/images.js';
import type { RequestContext } from '../observe/context.js';
import { isImageChange } from './events/message.js';
import type { EventStream } from './events/stream.js';
import { bringImage, type BringParts } from './images/bring.js';
import { findLocal } from './images/local.js';
import { expectedHash, imageName, referenceOf, type ImageName } from './images/reference.js';
import { SharedWork } from './images/shared.js';
import { imageUnacceptable } from './images/unacceptable.js';

export interface ImagesParts extends BringParts {
  readonly events: EventStream;
}

/** The manager's images: on this host's engine, out of a source of image data. */
export function createImages(parts: ImagesParts): Images {
  const store = new ImageStore(parts);
  return { ensure: (image, context, signal) => store.ensure(image, context, signal) };
}

/**
 * INVARIANTS:
 * - One download of an image at a time, whoever asks; at most `maxConcurrentDownloads` of all.
 * - `#present` holds only what the engine told since its event stream stands, and nothing that was asked before the
 *   last change of any image's name: a boot from a known image costs no call.
 */
class ImageStore {
  readonly #downloads = new SharedWork<LocalImage>();
  readonly #slot: ReturnType<typeof pLimit>;
  readonly #present = new Map<string, LocalImage>();
  #changes = 0;

  constructor(private readonly parts: ImagesParts) {
    this.#slot = pLimit(parts.settings.maxConcurrentDownloads);
    parts.events.listen((news) => {
      if (news.type === 'message' && !isImageChange(news.message)) return;
      this.#changes += 1;
      this.#present.clear();
    });
  }

  async ensure(wanted: ImageFacts, context: RequestContext, signal: AbortSignal): Promise<LocalImage> {
    const image = await this.#complete(wanted, context);
    const name = imageName(image.id, expectedHash(image));
    const reference = referenceOf(name);
    const known = this.parts.events.live ? this.#present.get(reference) : undefined;
    if (known !== undefined) return known;
    return this.#downloads.join(reference, signal, async (shared) => {
      const found = await this.#find(image.id, reference);
      return found ?? this.#slot(() => this.#bring(image, name, { context, signal: shared }));
    });
  }

  /** Some requests carry an image without its hash: then Glance is asked. Throws when it can't be used at all. */
  async #complete(wanted: ImageFacts, context: RequestContext): Promise<ImageFacts> {
    const image = expectedHash(wanted) === undefined ? await this.parts.source.show(wanted.id, context) : wanted;
    if (image.status !== 'active') {
      throw new ServiceError('Invalid', `Image ${image.id} is not active.`, {
        nova: { name: 'ImageNotActive', code: 400, kwargs: { image_id: image.id } },
      });
    }
    const { maxImageBytes } = this.parts.settings;
    if (image.sizeBytes !== null && image.sizeBytes > maxImageBytes) {
      throw imageUnacceptable(image.id, `it is larger than this host takes (${maxImageBytes} bytes)`);
    }
    if (expectedHash(image) === undefined) {
      this.parts.log.warn('Glance keeps no hash of an image: its data can not be checked', { imageId: image.id });
    }
    return image;
  }

  async #find(imageId: string, reference: string): Promise<LocalImage | undefined> {
    const changes = this.#changes;
    const found = await findLocal(this.parts.engine, imageId, reference);
    if (found !== undefined && changes === this.#changes && this.parts.events.live) this.#present.set(reference, found);
    return found;
  }

  async #bring(
    image: ImageFacts,
    name: ImageName,
    how: { readonly context: RequestContext; readonly signal: AbortSignal },
  ): Promise<LocalImage> {
    const { clock, log } = this.parts;
    const startedAt = clock.now().getTime();
    log.info('An image is downloaded', { imageId: image.id, bytes: image.sizeBytes });
    await bringImage(this.parts, image, name, how);
    const reference = referenceOf(name);
    const local = await this.#find(image.id, reference);
    if (local === undefined) {
      throw new ServiceError('Unavailable', `Image ${image.id} was removed from this host while it was loaded.`);
    }
    log.info('An image is there', { imageId: image.id, reference, durationMs: clock.now().getTime() - startedAt });
    return local;
  }
}
