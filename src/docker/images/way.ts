import type { ImageFacts } from '../../compute/ports/images.js';
import type { RequestContext } from '../../observe/context.js';
import { bringImage, type BringParts } from './bring.js';
import { registryImage } from './properties.js';
import { digestName, expectedHash, imageName, tagName, type ImageName } from './reference.js';
import { pullByDigest, resolveReference, type PullParts } from './registry/pull.js';
import { isAllowed, readReference, type RegistryReference } from './registry/reference.js';
import { imageUnacceptable } from './unacceptable.js';

export type WayParts = BringParts & PullParts;

/** How an image gets onto this host, and what it is called there. */
export interface Way {
  readonly name: ImageName;
  /** Brings it under that name. */
  bring(context: RequestContext, signal: AbortSignal): Promise<void>;
}

/** Chooses the way. Throws Invalid for a reference that is none, or to a registry that the operator does not allow. */
export async function wayOf(parts: WayParts, image: ImageFacts, signal: AbortSignal): Promise<Way> {
  const text = registryImage(image);
  if (text === undefined) {
    const name = imageName(image.id, expectedHash(image));
    return { name, bring: (context, signal) => bringImage(parts, image, name, { context, signal }) };
  }
  const reference = allowedReference(parts, image, text);
  const { digest, repository, tag } = reference;
  if (digest !== null) return registryWay(parts, image, reference, digestName(image.id, digest));
  if (parts.settings.registries.tagPolicy === 'if-not-present') {
    return registryWay(parts, image, reference, tagName(image.id, `${repository}:${tag}`));
  }
  const resolved = await resolveReference(parts, image, reference, signal);
  return registryWay(parts, image, resolved, digestName(image.id, resolved.digest));
}

function registryWay(parts: WayParts, image: ImageFacts, reference: RegistryReference, name: ImageName): Way {
  return {
    name,
    bring: async (_context, signal) => {
      const resolved = await resolveReference(parts, image, reference, signal);
      await pullByDigest(parts, image, resolved, { name, signal });
    },
  };
}

function allowedReference({ settings, log }: WayParts, image: ImageFacts, text: string): RegistryReference {
  const { allowed, tagPolicy } = settings.registries;
  const reference = readReference(text);
  if (reference === undefined) {
    const form = 'write registry.example:5000/path/name@sha256:… or …/name:tag, without https://';
    throw imageUnacceptable(image.id, `its property docker_image is no reference to an image: ${form}`);
  }
  if (!isAllowed(reference, allowed)) {
    // What a cloud's own registries are called is none of its tenants' business.
    const facts = { imageId: image.id, repository: reference.repository, allowed };
    log.warn('An image refers to a registry that [docker] allowed_registries does not name', facts);
    throw imageUnacceptable(image.id, `this host takes no images from ${reference.repository}`);
  }
  if (reference.digest === null && tagPolicy === 'refuse') {
    const reason = `it refers to a tag, whose meaning can change: name the digest, ${reference.repository}@sha256:…`;
    throw imageUnacceptable(image.id, reason);
  }
  return reference;
}
