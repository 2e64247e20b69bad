import { getHashes } from 'node:crypto';
import type { ImageFacts } from '../../compute/ports/images.js';

/** The repository under which all images of ours stand. Nothing that a tenant names ever becomes a part of it. */
const REPOSITORY = 'nova-image';
const DIGITS = 32;

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
  return { repository: `${REPOSITORY}/${imageId.toLowerCase()}`, tag };
}

/** What an image is called while the engine takes it in. It is never looked for under this name. */
export function stagingName({ repository, tag }: ImageName): ImageName {
  return { repository, tag: `loading-${tag}` };
}

export function referenceOf({ repository, tag }: ImageName): string {
  return `${repository}:${tag}`;
}
