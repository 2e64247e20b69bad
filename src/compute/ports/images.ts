import type { Readable } from 'node:stream';
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
  /**
   * Brings an image here before anybody needs it, and puts off its removal. `existing`: it was here.
   * Throws as `ensure`, and what Glance says of an image that can't be shown.
   */
  cache(imageId: string, context: RequestContext, signal: AbortSignal): Promise<'cached' | 'existing'>;
  /**
   * Removes images that nothing has used for long, and what crashes have left; to be called now and then. An image in use
   * stays, and so does one under any name that is not ours. Throws Unavailable when the engine is away.
   */
  tidy(): Promise<void>;
}

/** Where image data comes from. Implemented by openstack/glance. */
export interface ImageSource {
  /** Glance's current record of the image. Throws NotFound, Forbidden, Unavailable. */
  show(imageId: string, context: RequestContext): Promise<ImageFacts>;
  /**
   * The data as a stream of bytes, not checked against its hash. Throws NotFound, Forbidden, Unavailable, Invalid (has no
   * data). The stream errors with Timeout when it stalls, Unavailable when it ends early, the signal's reason on abort.
   */
  download(imageId: string, context: RequestContext, signal: AbortSignal): Promise<Readable>;
}

/** What a snapshot sets on the image record that nova-api has made for it. */
export interface ImageChanges {
  readonly name?: string;
  readonly containerFormat?: string;
  readonly diskFormat?: string;
  /** GiB that a flavor's root disk must have. */
  readonly minDiskGb?: number;
  readonly minRamMb?: number;
  /** Added to those that the image has; Glance takes texts only. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Taken away; those that it does not have are fine. */
  readonly withoutProperties?: readonly string[];
}

/** A private image without data, of the project that asks. */
export interface NewImage {
  /** Chosen by us, so that asking again makes no second one. */
  readonly id: string;
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** Where snapshots go. Implemented by openstack/glance. */
export interface ImageStore {
  /** Makes a record that waits for data; one of this id is fine. Throws Forbidden (quota of images), Unavailable. */
  create(image: NewImage, context: RequestContext): Promise<void>;
  /** Changes the record, properties not named stay. Throws NotFound, Forbidden, Invalid, Unavailable. */
  update(imageId: string, changes: ImageChanges, context: RequestContext): Promise<void>;
  /**
   * Sends the data of a queued image; its length need not be known. The stream is ended in any case.
   * Throws NotFound (deleted meanwhile), Forbidden, Invalid (quota, size limit), Conflict (has data already),
   * Unavailable, Timeout, or the stream's own error. Glance sets a half uploaded image back to queued.
   */
  upload(imageId: string, data: Readable, context: RequestContext, signal: AbortSignal): Promise<void>;
  /** Deletes it; gone already is fine. Throws Conflict when it is in use, Forbidden, Unavailable. */
  remove(imageId: string, context: RequestContext): Promise<void>;
  /** Ids of the backups of an instance (`daily`, `weekly`), newest first. */
  backups(of: { instanceUuid: string; type: string }, context: RequestContext): Promise<readonly string[]>;
}
