/** What the engine is, for the compute node record and for `check`. */
export interface EngineFacts {
  readonly version: string;
  readonly apiVersion: string;
  readonly architecture: string;
  readonly operatingSystem: string;
  readonly kernelVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly rootDirectory: string;
  readonly storageDriver: string;
  readonly runtimes: readonly string[];
  /** Paths of their programs by their names, of those that have one. */
  readonly programs: Readonly<Record<string, string>>;
  readonly cgroupVersion: string;
  readonly liveRestore: boolean;
  /** The kernel accounts swap, so that a limit on it means something. */
  readonly swapLimit: boolean;
}
