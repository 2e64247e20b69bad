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

/** Our own name for exactly these data: made of Glance's id and hash, so other data are another image. */
export function imageReference(imageId: string, hash: DataHash | undefined): string {
  const version = hash === undefined ? 'unverified' : `${hash.algorithm}-${hash.hex.slice(0, DIGITS)}`;
  return `${REPOSITORY}/${imageId.toLowerCase()}:${version}`;
}
