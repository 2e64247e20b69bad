/** The engine's own shapes, under one roof so that no other room imports the client library. */
import type Dockerode from 'dockerode';

export type CreateOptions = Dockerode.ContainerCreateOptions;
export type HostConfig = Dockerode.HostConfig;
export type ContainerInspect = Dockerode.ContainerInspectInfo;
export type ContainerListItem = Dockerode.ContainerInfo;
export type ImageInspect = Dockerode.ImageInspectInfo;

/** One item of GET /images/json, the parts that are read. */
export interface ImageListItem {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

/** GET /version, the parts that are read. */
export interface EngineVersion {
  readonly Version: string;
  readonly ApiVersion: string;
  readonly MinAPIVersion?: string;
  /** Go's word for the architecture: `amd64`, `arm64`. */
  readonly Arch: string;
  readonly Os: string;
}

/** GET /info, the parts that are read. */
export interface EngineInfo {
  readonly ServerVersion: string;
  readonly Architecture: string;
  readonly OperatingSystem: string;
  readonly KernelVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly DockerRootDir: string;
  readonly Driver: string;
  readonly Runtimes: Readonly<Record<string, { readonly path?: string }>>;
  readonly CgroupVersion?: string;
  readonly LiveRestoreEnabled: boolean;
  readonly SwapLimit: boolean;
  readonly ExperimentalBuild?: boolean;
  /** A path, or a name that the engine looks for. */
  readonly InitBinary?: string;
}

/** One line of GET /events. */
export interface EngineMessage {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
  readonly time?: number;
  readonly timeNano?: number;
}

/** POST /containers/ID/exec, the parts that are set. */
export interface ExecOptions {
  readonly Cmd: readonly string[];
  readonly User?: string;
  readonly Tty: boolean;
  readonly AttachStdin: boolean;
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly Env?: readonly string[];
  readonly DetachKeys?: string;
}

/** GET /containers/ID/stats, the parts that are read; many are missing where the kernel or its version lacks them. */
export interface ContainerStats {
  readonly cpu_stats?: {
    readonly cpu_usage?: { readonly total_usage?: number; readonly percpu_usage?: number[] | null };
  };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
  readonly pids_stats?: { readonly current?: number };
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly BlockFigure[] | null;
    readonly io_serviced_recursive?: readonly BlockFigure[] | null;
  };
}

export interface CpuUsage {
  readonly total_usage?: number;
  readonly percpu_usage?: readonly number[] | null;
}

export interface BlockFigure {
  readonly op: string;
  readonly value: number;
}
