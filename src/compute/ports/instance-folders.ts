import type { Instance, Vif } from '../../objects/index.js';
import type { ContainerKey, GuestContent, GuestFile } from './containers.js';

/** Whose files they are: a rescue has its own, and the server has its own again afterwards. */
export type GuestRole = Extract<ContainerKey['role'], 'main' | 'rescue'>;

export interface GuestKey extends ContainerKey {
  readonly role: GuestRole;
}

/** A file that its user wants to have in a server (nova's personality). */
export interface InjectedFile {
  /** As the user wrote it. */
  readonly path: string;
  readonly data: Buffer;
}

/** What Nova keeps nowhere of a server: it is with the server's host alone, and moves with it. Secret. */
export interface Belongings {
  readonly injectedFiles: readonly InjectedFile[];
  readonly adminPassword: string | null;
  /** base64; null: it has no drive. */
  readonly randomSeed: string | null;
}

/** What a config drive is made of. */
export interface DriveWish {
  /** With ec2_ids, keypairs, flavor, metadata and security_groups. */
  readonly instance: Instance;
  readonly role: GuestRole;
  readonly vifs: readonly Vif[];
  /** CPUs of the host that are its alone. */
  readonly cpus: readonly number[] | null;
  readonly adminPassword: string | null;
  readonly files: readonly InjectedFile[];
  /** Of the drive that it had on another host; absent: as it is, or a new one. */
  readonly randomSeed?: string | null;
}

/**
 * What an instance gets as files of this host: its config drive, and files that must not be in its own file system. Each
 * instance has a folder of its own, 0700. Everything is safe to repeat. Implemented by config-drive/.
 */
export interface InstanceFolders {
  /** Writes the config drive, or brings it to what is wished; gives what to mount. */
  writeDrive(wish: DriveWish): Promise<GuestFile>;
  /** What `writeDrive` gives; writes nothing. */
  driveFile(guest: GuestKey): GuestFile;
  /** Files that are mounted, since nothing can be written where they belong; gives what to mount. */
  keepContents(guest: GuestKey, contents: readonly GuestContent[]): Promise<readonly GuestFile[]>;
  /** What `keepContents` gives; keeps nothing. */
  contentFiles(guest: GuestKey, contents: readonly GuestContent[]): readonly GuestFile[];
  /**
   * Brings its config drive, and that of its rescue, to what the instance is now: its names, metadata and, if given,
   * ports. Nothing for an instance without one. A container that runs sees the change. `instance` with metadata.
   */
  refreshDrive(instance: Instance, vifs?: readonly Vif[]): Promise<void>;
  /** What has to move with an instance of this host; undefined: nothing. */
  belongings(instanceUuid: string): Promise<Belongings | undefined>;
  /** Instances that have a config drive here. */
  withDrive(): Promise<ReadonlySet<string>>;
  /** Removes what a rescue was given; none is fine. */
  endRescue(instanceUuid: string): Promise<void>;
  /** Removes the instance's folder; none is fine. */
  remove(instanceUuid: string): Promise<void>;
  /** Removes the folders of all others. */
  keepOnly(instanceUuids: ReadonlySet<string>): Promise<void>;
}
