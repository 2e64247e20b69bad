import type { Vif } from '../objects/index.js';

/** All that a config drive tells, as plain data that can be kept as JSON. Texts and bytes in it may be secret. */
export interface DriveFacts {
  readonly uuid: string;
  /** Of the server, without domain. */
  readonly hostname: string;
  readonly displayName: string | null;
  readonly launchIndex: number | null;
  readonly availabilityZone: string | null;
  readonly projectId: string | null;
  readonly flavorName: string;
  /** Server metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly keyName: string | null;
  /** The public key as the row of the instance has it. */
  readonly keyData: string | null;
  /** The key pair of that name; null when it is not known any more. */
  readonly keypair: KeyPairFacts | null;
  /** base64, as the user gave it; null: none. */
  readonly userData: string | null;
  readonly adminPassword: string | null;
  readonly files: readonly InjectedFileFacts[];
  /** base64 of 512 bytes; stays the same as long as the drive is there. */
  readonly randomSeed: string;
  readonly ec2: Ec2Facts;
  /** CPUs of the host that are its alone. */
  readonly dedicatedCpus: readonly number[];
  readonly vifs: readonly Vif[];
}

export interface KeyPairFacts {
  readonly name: string;
  /** `ssh` or `x509` */
  readonly type: string;
  readonly publicKey: string;
}

export interface InjectedFileFacts {
  /** As the user wrote it. */
  readonly path: string;
  /** base64 */
  readonly data: string;
}

/** What Amazon's layout has besides. */
export interface Ec2Facts {
  readonly instanceId: string | null;
  readonly imageId: string | null;
  readonly kernelId: string | null;
  readonly ramdiskId: string | null;
  readonly reservationId: string | null;
  /** Names. */
  readonly securityGroups: readonly string[];
  readonly blockDevices: Readonly<Record<string, string>>;
}

/** What the operator says of all drives. */
export interface DriveSettings {
  /** Behind host names; empty: none. */
  readonly dhcpDomain: string;
  /** Versions of Amazon's layout that are left out. */
  readonly skippedEc2Versions: readonly string[];
}

/** A file of a drive, by its path in it. */
export interface DriveFile {
  readonly path: string;
  readonly data: Buffer;
}
