import type { ContainerParts } from '../containers/parts.js';
import type { HostSystem } from '../host/system.js';
import type { CheckpointSettings, Clock } from '../settings.js';

/** What work on checkpoints needs. */
export interface CheckpointsParts extends ContainerParts {
  readonly settings: CheckpointSettings;
  readonly system: HostSystem;
  readonly clock: Clock;
  /** Of CRIU, as it says itself; undefined: there is none. */
  readonly criuVersion: (signal: AbortSignal) => Promise<string | undefined>;
  /** Free bytes on the file system of a folder. */
  readonly freeBytes: (folder: string) => Promise<number>;
  /** Where containerd makes its temporary folders. */
  readonly temporaryFolder: string;
}
