import type { RequestContext } from '../../observe/context.js';
import type { LocalImage } from './containers.js';

/** What Nova says of the image in its request: Glance's record as a plain dict (contract of build_and_run_instance). */
export interface ImageFacts {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly containerFormat: string;
  readonly diskFormat: string;
  readonly sizeBytes: number | null;
  /** Glance's multihash of the data, e.g. `sha512` and its hex; null when the request does not carry it. */
  readonly hashAlgo: string | null;
  readonly hashValue: string | null;
  /** MD5, for images older than multihash. */
  readonly checksum: string | null;
  readonly properties: Readonly<Record<string, string>>;
}

/** Makes images available on this host. Implemented by docker/images over a source of image data. */
export interface Images {
  /**
   * The image on the engine: found under our own tag, or loaded while it streams in, checked against its hash.
   * Concurrent requests for one image share one download.
   * Throws Invalid (a text for the tenant: what is wrong with the image), Unavailable (Glance or engine away).
   */
  ensure(image: ImageFacts, context: RequestContext, signal: AbortSignal): Promise<LocalImage>;
}

/** Where image data comes from. Implemented by openstack/glance. */
export interface ImageSource {
  /** Glance's current record of the image. Throws NotFound, Forbidden, Unavailable. */
  show(imageId: string, context: RequestContext): Promise<ImageFacts>;
  /** The data as a stream of bytes. Throws NotFound, Forbidden, Unavailable. */
  download(imageId: string, context: RequestContext, signal: AbortSignal): Promise<NodeJS.ReadableStream>;
}
