import pLimit from 'p-limit';
import { ServiceError } from '../errors/kinds.js';
import { KeyedLocks } from '../compute/locks.js';
import type { LocalImage } from '../compute/ports/containers.js';
import type { ImageFacts, Images } from '../compute/ports/images.js';
import type { RequestContext } from '../observe/context.js';
import { isImageChange } from './events/message.js';
import type { EventStream } from './events/stream.js';
import { tidyImages } from './images/keeper.js';
import { findLocal } from './images/local.js';
import { registryImage } from './images/properties.js';
import { expectedHash, referenceOf } from './images/reference.js';
import { SharedWork } from './images/shared.js';
import { imageUnacceptable } from './images/unacceptable.js';
import { wayOf, type Way, type WayParts } from './images/way.js';

export interface ImagesParts extends Omit<WayParts, 'turns'> {
  readonly events: EventStream;
}

/** The manager's images: on this host's engine, out of a source of image data or a registry. */
export function createImages(parts: ImagesParts): Images {
  const store = new ImageStore(parts);
  return {
    ensure: async (image, context, signal) => (await store.have(image, context, signal)).local,
    cache: async (imageId, context, signal) => {
      const image = await parts.source.show(imageId, context);
      return (await store.have(image, context, signal)).isNew ? 'cached' : 'existing';
    },
    tidy: () => store.tidy(),
  };
}

interface Had {
  readonly local: LocalImage;
  /** It was brought for this request, or for one that came at the same time. */
  readonly isNew: boolean;
}

/**
 * INVARIANTS:
 * - One download of an image at a time, whoever asks; at most `maxConcurrentDownloads` of all. What is done under a name
 *   of ours (a download and what it clears away, a removal) is done in turn.
 * - `#present` holds only what the engine told since its event stream stands, and nothing that was asked before the
 *   last change of any image's name: a boot from a known image costs no call. It does not count in a removal's turn.
 */
class ImageStore {
  readonly #parts: WayParts;
  readonly #events: EventStream;
  readonly #turns = new KeyedLocks();
  readonly #downloads = new SharedWork<Had>();
  readonly #slot: ReturnType<typeof pLimit>;
  readonly #present = new Map<string, LocalImage>();
  readonly #askedAt = new Map<string, number>();
  #changes = 0;

  constructor(parts: ImagesParts) {
    this.#parts = { ...parts, turns: this.#turns };
    this.#events = parts.events;
    this.#slot = pLimit(parts.settings.maxConcurrentDownloads);
    parts.events.listen((news) => {
      if (news.type === 'message' && !isImageChange(news.message)) return;
      this.#changes += 1;
      this.#present.clear();
    });
  }

  async have(wanted: ImageFacts, context: RequestContext, signal: AbortSignal): Promise<Had> {
    const image = await this.#complete(wanted, context);
    const way = await wayOf(this.#parts, image, signal);
    const reference = referenceOf(way.name);
    this.#asked(reference);
    const known = this.#events.live && !this.#turns.isBusy(reference) ? this.#present.get(reference) : undefined;
    if (known !== undefined) return { local: known, isNew: false };
    const had = await this.#downloads.join(reference, signal, (shared) =>
      this.#turns.run(reference, async () => {
        shared.throwIfAborted();
        const found = await this.#find(image.id, reference);
        if (found !== undefined) return { local: found, isNew: false };
        return { local: await this.#slot(() => this.#bring(image, way, { context, signal: shared })), isNew: true };
      }),
    );
    this.#asked(reference);
    return had;
  }

  tidy(): Promise<void> {
    return tidyImages({ ...this.#parts, askedAt: this.#askedAt });
  }

  #asked(reference: string): void {
    this.#askedAt.set(reference, this.#parts.clock.now().getTime());
  }

  /** Some requests carry an image without its hash: then Glance is asked. Throws when it can't be used at all. */
  async #complete(wanted: ImageFacts, context: RequestContext): Promise<ImageFacts> {
    const image = expectedHash(wanted) === undefined ? await this.#parts.source.show(wanted.id, context) : wanted;
    if (image.status !== 'active') {
      throw new ServiceError('Invalid', `Image ${image.id} is not active.`, {
        nova: { name: 'ImageNotActive', code: 400, kwargs: { image_id: image.id } },
      });
    }
    if (registryImage(image) !== undefined) return image;
    const { maxImageBytes } = this.#parts.settings;
    if (image.sizeBytes !== null && image.sizeBytes > maxImageBytes) {
      throw imageUnacceptable(image.id, `it is larger than this host takes (${maxImageBytes} bytes)`);
    }
    if (expectedHash(image) === undefined) {
      this.#parts.log.warn('Glance keeps no hash of an image: its data can not be checked', { imageId: image.id });
    }
    return image;
  }

  async #find(imageId: string, reference: string): Promise<LocalImage | undefined> {
    const changes = this.#changes;
    const found = await findLocal(this.#parts.engine, imageId, reference);
    if (found !== undefined && changes === this.#changes && this.#events.live) this.#present.set(reference, found);
    return found;
  }

  async #bring(
    image: ImageFacts,
    way: Way,
    how: { readonly context: RequestContext; readonly signal: AbortSignal },
  ): Promise<LocalImage> {
    const { clock, log } = this.#parts;
    const startedAt = clock.now().getTime();
    log.info('An image is downloaded', { imageId: image.id, bytes: image.sizeBytes });
    await way.bring(how.context, how.signal);
    const reference = referenceOf(way.name);
    const local = await this.#find(image.id, reference);
    if (local === undefined) {
      throw new ServiceError('Unavailable', `Image ${image.id} was removed from this host while it was loaded.`);
    }
    log.info('An image is there', { imageId: image.id, reference, durationMs: clock.now().getTime() - startedAt });
    return local;
  }
}
