import type { CpuSets } from './cpus/sets.js';
import type { Capability } from './traits.js';

/** Ratios by resource; undefined or 0 is "not configured". */
export interface Ratios {
  readonly cpu?: number | undefined;
  readonly ram?: number | undefined;
  readonly disk?: number | undefined;
}

/** What the operator and the control plane's release say about this host's resources. */
export interface ResourceSettings {
  /** `my_ip` */
  readonly hostIp: string;
  /** `reserved_host_memory_mb`, `reserved_host_cpus`, `reserved_host_disk_mb` */
  readonly reserved: { readonly memoryMb: number; readonly cpus: number; readonly diskMb: number };
  readonly cpuSets: CpuSets;
  /** `cpu_allocation_ratio` and its like: win over everything. */
  readonly ratios: Ratios;
  /** `initial_cpu_allocation_ratio` and its like: for a provider that is new. */
  readonly initialRatios: Ratios;
  /** Service version of the control plane: its release has defaults and traits of its own. */
  readonly controlPlaneVersion: number;
  /** What this compute can do; only what is implemented may be in here. */
  readonly capabilities: ReadonlySet<Capability>;
  /** The scheduler is told how many builds failed since the last good one. */
  readonly countsFailedBuilds: boolean;
  /** Glance disk formats that instances can be built from, `[compute] image_type_exclude_list` left out. */
  readonly imageTypes: readonly string[];
}
