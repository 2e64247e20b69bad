import { createHash, getHashes } from 'node:crypto';
import type { ImageFacts } from '../../compute/ports/images.js';

/** The repository under which all images of ours stand. Nothing that a tenant names ever becomes a part of it. */
const REPOSITORY = 'nova-image';
const DIGITS = 32;
const LOADING = 'loading-';

/** A digest of the whole data, as Glance knows it. */
export interface DataHash {
  readonly algorithm: string;
  readonly hex: string;
}

/** What the data must hash to: the multihash, else the MD5 of older images; undefined when Glance keeps neither. */
export function expectedHash(image: ImageFacts): DataHash | undefined {
  const { hashAlgo, hashValue, checksum } = image;
  if (hashAlgo !== null && hashValue !== null && getHashes().includes(hashAlgo)) {
    return { algorithm: hashAlgo, hex: hashValue.toLowerCase() };
  }
  return checksum === null ? undefined : { algorithm: 'md5', hex: checksum.toLowerCase() };
}

/** The two halves of a name, as the engine wants them for a new one. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
}

/** Our own name for exactly these data: made of Glance's id and hash, so other data are another image. */
export function imageName(imageId: string, hash: DataHash | undefined): ImageName {
  const tag = hash === undefined ? 'unverified' : `${hash.algorithm}-${hash.hex.slice(0, DIGITS)}`;
  return { repository: repositoryOf(imageId), tag };
}

/** Our name for exactly these bytes of a registry. */
export function digestName(imageId: string, digest: string): ImageName {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { repository: repositoryOf(imageId), tag: `digest-${algorithm}-${hex.slice(0, DIGITS)}` };
}

/** Our name for what a reference by tag meant when it was first asked for. */
export function tagName(imageId: string, reference: string): ImageName {
  const hex = createHash('sha256').update(reference).digest('hex');
  return { repository: repositoryOf(imageId), tag: `tag-${hex.slice(0, DIGITS)}` };
}

/** What an image is called while the engine takes it in. It is never looked for under this name. */
export function stagingName({ repository, tag }: ImageName): ImageName {
  return { repository, tag: `${LOADING}${tag}` };
}

export function referenceOf({ repository, tag }: ImageName): string {
  return `${repository}:${tag}`;
}

/** A name of ours, read back. */
export interface OurName {
  /** The image's own name, also when it stands under its staging name. */
  readonly reference: string;
  readonly isStaging: boolean;
}

/** What a name on the engine is to us; undefined for anybody else's. */
export function ourName(name: string): OurName | undefined {
  const [repository = '', tag] = name.split(':');
  if (!repository.startsWith(`${REPOSITORY}/`) || tag === undefined) return undefined;
  const isStaging = tag.startsWith(LOADING);
  return { reference: `${repository}:${isStaging ? tag.slice(LOADING.length) : tag}`, isStaging };
}

function repositoryOf(imageId: string): string {
  return `${REPOSITORY}/${imageId.toLowerCase()}`;
}
