/** What the host is, as far as Nova and Placement want to know. */
export interface HostFacts {
  /** As the engine says it: `20.10.24+dfsg1`. */
  readonly engineVersion: string;
  readonly storageDriver: string;
  /** CPUs that the engine may use. */
  readonly cpus: number;
  readonly memoryMb: number;
  /** File system of the engine's root directory. */
  readonly diskGb: number;
  readonly diskFreeGb: number;
  readonly cpu: CpuFacts;
}

/** From /proc/cpuinfo. */
export interface CpuFacts {
  /** In Nova's words: `x86_64`, `aarch64`. */
  readonly arch: string;
  /** In libvirt's words: `Intel`, `AMD`. */
  readonly vendor: string;
  readonly model: string;
  readonly topology: { readonly sockets: number; readonly cores: number; readonly threads: number };
  /** Flags in the kernel's words, sorted. */
  readonly features: readonly string[];
}
