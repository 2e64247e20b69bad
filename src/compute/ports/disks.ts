import type { Readable } from 'node:stream';
import type { ContainerKey, GuestFile } from './containers.js';

/** A disk that was taken: whose, and what for (an image's id, a move). The two together are its name. */
export interface DiskKey {
  readonly instanceUuid: string;
  /** Letters, digits, `-`, `_` and `.`. */
  readonly purpose: string;
}

/** A container's disk as it was at one moment, kept on this host until it is dropped. */
export interface TakenDisk {
  readonly key: DiskKey;
  /** Unpacked, about. */
  readonly sizeBytes: number;
}

/**
 * Containers' disks as things that are kept, sent and made anew: the writable layer and what is in the anonymous volumes
 * of its image; ephemeral disks where they are asked for. Implemented by docker/disks. Everything here is safe to repeat.
 */
export interface Disks {
  /**
   * Takes the disk as it is at one moment; the container stands still for just so long. One that was taken under this key
   * before is found again. `runs`: the container is to go on afterwards, also when it is found frozen by an earlier try.
   * `ephemeral`: with its ephemeral disks, which are no part of an image of a server.
   * Throws NotFound without a container, Unavailable when this host has no room or the engine is away.
   */
  take(
    container: ContainerKey,
    purpose: string,
    how: { readonly runs: boolean; readonly ephemeral: boolean; readonly signal: AbortSignal },
  ): Promise<TakenDisk>;
  /**
   * The disk as an archive that boots as an image (`docker save`'s format): with what the container ran, without our
   * labels. `sealed` goes along, see LocalImage. The stream errors when the engine fails and ends all work for it when
   * it is destroyed.
   */
  archive(disk: TakenDisk, sealed?: string): Readable;
  /** Removes a taken disk; none is fine, and so is one that a container was made of. */
  drop(key: DiskKey): Promise<void>;
  /** Throws Unsupported (InstanceNotRescuable) when this engine keeps no disk that another container could have. */
  checkExposable(container: ContainerKey): Promise<void>;
  /**
   * Gives what another container has to mount to have this one's disk, writable, at a path. It must not run as long as it
   * is exposed. Throws what `checkExposable` does, Conflict while it runs, NotFound without one.
   */
  expose(container: ContainerKey, guestPath: string): Promise<readonly GuestFile[]>;
  /** Takes that back, once nothing uses it; not exposed is fine. */
  conceal(instanceUuid: string): Promise<void>;
  /**
   * Throws Unsupported when this engine keeps no disk that could become that of another container, Unavailable when this
   * host has no room for a second one, NotFound without one.
   */
  checkCarriable(container: ContainerKey, signal: AbortSignal): Promise<void>;
  /**
   * Copies the disk of a stopped container, volumes and ephemeral disks included, to one that was made of the same image
   * and has never run. Throws what `checkCarriable` does, Conflict when one of them is not so.
   */
  carry(way: { readonly from: ContainerKey; readonly to: ContainerKey }, signal: AbortSignal): Promise<void>;
  /** Removes those that nobody needs any more, after a crash or when their container is gone. */
  sweep(isNeeded: (key: DiskKey) => boolean): Promise<void>;
}
