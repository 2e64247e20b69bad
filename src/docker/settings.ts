/** What the operator set, as far as a container is made of it. Plain data: app.ts fills it from the configuration. */
export interface ContainerSettings {
  /** `[DEFAULT] host`: part of what makes a container ours. */
  readonly host: string;
  /** OCI runtime registered with the engine; null for the engine's default. */
  readonly runtime: string | null;
  /** Those that a flavor may choose instead. */
  readonly allowedRuntimes: readonly string[];
  readonly allowPrivileged: boolean;
  /** Devices of the host that a flavor may give; `*` stands for anything. */
  readonly allowedDevices: readonly string[];
  /** CPUs for instances that share, in the kernel's words (`0-3,8`); null: all. */
  readonly sharedCpus: string | null;
  /** Where lxcfs shows what containers may see of themselves; empty: not used. */
  readonly lxcfsFolder: string;
  /** Most processes and threads in one container. */
  readonly pidsLimit: number;
  /** One log file of a container grows to this, then it is rotated. */
  readonly logMaxBytes: number;
  readonly logMaxFiles: number;
  /** What a container keeps of root's powers, without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** A root disk that the engine can't hold to the flavor's size. */
  readonly unlimitedRootDisk: 'warn' | 'refuse';
  /** True: a container never gets more CPU time than its flavor's vcpus; false: only its share when others want some. */
  readonly cpuHardLimit: boolean;
  /** What a container is given between the polite signal and SIGKILL when the engine itself stops it. */
  readonly stopTimeoutMs: number;
}

/** Whether and how much of what containers have in memory is written to this host's disk, to be taken up on another. */
export interface CheckpointSettings {
  readonly isOn: boolean;
  /** A container that uses more stays where it is. */
  readonly maxMemoryBytes: number;
}

/** How images are brought to this host. */
export interface ImageSettings {
  /** Most images that are downloaded at a time. */
  readonly maxConcurrentDownloads: number;
  /** No byte for so long: the download has failed. */
  readonly stallTimeoutMs: number;
  /** The unpacked archive may be as large as this. */
  readonly maxImageBytes: number;
  /** What images from registries leave free on the engine's disk. */
  readonly reservedDiskBytes: number;
  /** Progress is logged at most this often. */
  readonly progressIntervalMs: number;
  readonly registries: RegistrySettings;
  /** True: images that no container uses are removed in the end. */
  readonly removeUnused: boolean;
  /** An image that was unused for less stays. */
  readonly minimumAgeMs: number;
}

/** From where images are fetched that only refer to one. */
export interface RegistrySettings {
  /** Hosts (with port), or hosts with the beginning of a path. Nothing else is ever asked. */
  readonly allowed: readonly string[];
  /** In the form of docker's config.json; null: none. */
  readonly credentialsFile: string | null;
  /**
   * What a reference by tag means. `if-not-present`: what the tag meant when this host fetched it first, as long as the
   * host has that; `always`: what it means at each boot; `refuse`: only digests are taken.
   */
  readonly tagPolicy: 'if-not-present' | 'always' | 'refuse';
}

/**
 * Docker's own default set without MKNOD (device nodes) and NET_RAW (packet sockets, where the kernel was broken into
 * more than once). What package managers, web servers and entrypoints that change their user need stays. A ping that
 * asks for an ICMP socket (iputils) works without NET_RAW, since the engine opens ping_group_range; one that insists on
 * a raw socket (some busybox) does not.
 */
export const SAFE_CAPABILITIES: readonly string[] = [
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
];

/** Time, handed in so that tests need not wait. */
export interface Clock {
  now(): Date;
  /** Resolves after the time, rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
