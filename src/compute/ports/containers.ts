import type { InstanceSettings } from '../../settings/catalogue.js';
import type { EngineFacts } from './engine-facts.js';

/**
 * What the manager asks of the container engine. Implemented by docker/; spoken in Nova's terms, so that a verb
 * never sees an engine's option. Everything here is safe to ask again: a repeated request finds what is done already.
 */

/** Nova's power_state numbers (nova/compute/power_state.py). */
export const POWER_STATE = {
  NOSTATE: 0,
  RUNNING: 1,
  PAUSED: 3,
  SHUTDOWN: 4,
  CRASHED: 6,
  SUSPENDED: 7,
} as const;
export type PowerState = (typeof POWER_STATE)[keyof typeof POWER_STATE];

/**
 * An instance may have a second container beside its own: for a rescue, or when its own is made anew with another flavor.
 * Then `incoming` is the new one until it is whole, and `former` is what the server goes back to.
 */
export type ContainerRole = 'main' | 'rescue' | 'incoming' | 'former';

/** Which container: the engine's name is made of it, and that name is the mutex of creation. */
export interface ContainerKey {
  readonly instanceUuid: string;
  readonly role: ContainerRole;
}

/** The part of a flavor that a container is made from. */
export interface FlavorFacts {
  readonly name: string;
  readonly flavorId: string;
  readonly vcpus: number;
  readonly memoryMb: number;
  readonly swapMb: number;
  readonly rootGb: number;
  readonly ephemeralGb: number;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

/** An instance as plain data: what a container spec is computed from. */
export interface InstanceFacts {
  readonly uuid: string;
  /** `instance-0000002a` */
  readonly guestName: string;
  readonly hostname: string;
  readonly displayName: string;
  readonly projectId: string;
  readonly userId: string;
  readonly availabilityZone: string | null;
  readonly imageRef: string;
  readonly flavor: FlavorFacts;
  readonly metadata: Readonly<Record<string, string>>;
  /** Image properties: those of the request's image dict over `image_*` of system_metadata. */
  readonly imageProperties: Readonly<Record<string, string>>;
}

/** What an image says of the containers made from it. */
export interface ImageDefaults {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Names of those of its environment. */
  readonly variables: readonly string[];
  /** Paths that get an anonymous volume. */
  readonly volumes: readonly string[];
  /** How often its own health check is made; 0: as usual. Absent: it has none. */
  readonly health?: { readonly intervalS: number; readonly startIntervalS: number };
}

/** An image that the engine holds, ready to create from. */
export interface LocalImage {
  /** Glance id it was made from. */
  readonly imageId: string;
  /** What the engine knows it by: our own tag or an engine id. */
  readonly reference: string;
  readonly defaults: ImageDefaults;
  /** Unpacked, as the engine counts. */
  readonly sizeBytes: number;
  /** What the host that the disk was taken on let go along with it (see Disks.archive); anybody may have changed it. */
  readonly sealed?: string;
}

/** What a container was made of, beside the server's settings. */
export interface Making {
  readonly image: LocalImage;
  readonly files: readonly GuestFile[];
}

/** A file or folder of the host that a container sees in place of its image's. */
export interface GuestFile {
  readonly hostPath: string;
  readonly guestPath: string;
  /** The container cannot write it. */
  readonly readOnly?: boolean;
}

/** A file that is put into a container's own file system before its first instruction. */
export interface GuestContent {
  /** Absolute, plain: no `.` and `..`. */
  readonly guestPath: string;
  readonly data: Buffer;
  /** 0o644 */
  readonly mode: number;
  /** Of the folder that it is in; absent: as it is, or as the engine makes it. */
  readonly directoryMode?: number;
  /** What is there already stays, and this comes behind it. */
  readonly append: boolean;
}

/** What bounds a container's use of the host. */
export interface ContainerLimits {
  readonly instance: InstanceFacts;
  /** What flavor, image and metadata set of it. */
  readonly settings: InstanceSettings;
  /** CPUs of the host that are this instance's alone; null: it shares. */
  readonly cpus: readonly number[] | null;
}

/** An ephemeral disk of a new container, at `/ephemeral0` and so on: empty, or with what its image has there of another host. */
export type EphemeralDisk = 'blank' | 'carried';

/** Everything a container is made from; docker/spec turns it into the engine's own words. */
export interface ContainerPlan extends ContainerLimits {
  readonly key: ContainerKey;
  readonly image: LocalImage;
  /** They have to be there when the container is created. */
  readonly files: readonly GuestFile[];
  readonly contents: readonly GuestContent[];
  readonly ephemeralDisks: readonly EphemeralDisk[];
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** What a list tells of one container. */
export interface ContainerSummary {
  readonly key: ContainerKey;
  readonly containerId: string;
  readonly status: ContainerStatus;
  readonly powerState: PowerState;
  /** Of an ended (or never started, for a reason) container; null otherwise. */
  readonly exitCode: number | null;
}

/** The true state of one container, as the engine tells it when asked for this one. */
export interface ContainerState extends ContainerSummary {
  readonly oomKilled: boolean;
  /** The engine's own words of why a start failed; empty when it did not. */
  readonly error: string;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Host pid of PID 1, 0 when not running. */
  readonly pid: number;
}

/** What a running container uses. */
export interface ContainerUsage {
  /** Nanoseconds of CPU since its start, in all and by CPU; the latter is empty where the kernel does not tell. */
  readonly cpuTimeNs: number;
  readonly cpuTimesNs: readonly number[];
  /** Without the page cache that the kernel would give back. */
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  readonly pids: number;
  readonly reads: { readonly bytes: number; readonly requests: number };
  readonly writes: { readonly bytes: number; readonly requests: number };
  /** Its interfaces but for the loopback, by name. */
  readonly interfaces: ReadonlyMap<string, InterfaceUsage>;
}

export type InterfaceUsage = Readonly<Record<'received' | 'sent', TrafficFigures>>;

export interface TrafficFigures {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** A command to run inside, as a process of its own. */
export interface InsideCommand {
  readonly command: readonly string[];
  /** Goes to its standard input and nowhere else. */
  readonly input?: string;
  /** root unless said. */
  readonly user?: string;
  readonly timeoutMs: number;
}

export interface InsideResult {
  readonly exitCode: number;
  /** Both streams as they came, cut after 64 KiB. */
  readonly output: string;
}

export interface StopOptions {
  /** Time between the polite signal and SIGKILL. 0: kill at once. */
  readonly timeoutMs: number;
}

/** Something that happened to a container of ours, or to the stream that tells of it. */
export type ContainerEvent =
  | {
      readonly type: 'container';
      readonly key: ContainerKey;
      /** Tells a late word of a container that was replaced under its name from one of its successor. */
      readonly containerId: string;
      readonly action:
        'create' | 'start' | 'die' | 'pause' | 'unpause' | 'destroy' | 'oom' | 'kill' | 'update' | 'health';
      /** Engine time. */
      readonly at: Date;
      readonly exitCode: number | null;
      /** Signal number of a `kill`, health word of a `health`; empty otherwise. */
      readonly detail: string;
    }
  /** Deaths told shortly before this are the engine's own doing. Nothing is known until it is back. */
  | { readonly type: 'engine-lost'; readonly at: Date }
  /** Told of the first connection too. Anything may have happened before: compare with `states`. */
  | { readonly type: 'engine-back'; readonly at: Date };

export interface Containers {
  /**
   * Makes the container, or adopts the one that stands under its name when it is ours and made for this instance.
   * Does not start it. Throws Invalid when the engine refuses the plan (text says what to change), Unavailable when
   * the engine is away, Conflict when a foreign container holds the name.
   */
  create(plan: ContainerPlan, signal: AbortSignal): Promise<ContainerState>;
  /** Path of the program that will start a container with these settings; null where the engine does not tell. */
  program(settings: InstanceSettings): Promise<string | null>;
  /** Starts it; running already is fine. Gives its id of the engine. Throws Invalid with the engine's words for its command. */
  start(key: ContainerKey): Promise<string>;
  /**
   * Changes memory, swap, CPU and process limits, of a running container too, which does not notice; the other limits stay.
   * Throws NotFound without one, Invalid for what the engine refuses.
   */
  limit(key: ContainerKey, limits: ContainerLimits): Promise<void>;
  /** Stops it; a stopped or missing one is fine. A paused one is thawed first. */
  stop(key: ContainerKey, options: StopOptions): Promise<void>;
  pause(key: ContainerKey): Promise<void>;
  unpause(key: ContainerKey): Promise<void>;
  /** Removes it with its anonymous volumes, running or not; a missing one is fine. */
  remove(key: ContainerKey): Promise<void>;
  /**
   * Lets it stand in another role of the server itself (not a rescue's). Throws NotFound without it, Conflict when another
   * has that role.
   */
  rename(from: ContainerKey, to: ContainerKey): Promise<void>;
  /** What it was made of, for another one like it. Throws NotFound. */
  making(key: ContainerKey): Promise<Making>;
  /** Its state, or undefined when there is none (a foreign container of that name is none). */
  state(key: ContainerKey): Promise<ContainerState | undefined>;
  /** All of ours on this host with one engine call. Throws Unavailable when the engine is away. */
  states(): Promise<readonly ContainerSummary[]>;
  /** The last lines of output, oldest first; null for all, capped at 100 KiB from the end. */
  consoleOutput(key: ContainerKey, lines: number | null): Promise<string>;
  /** What it uses now. Throws NotFound without one, Conflict when it does not run. */
  usage(key: ContainerKey): Promise<ContainerUsage>;
  /** Bytes that it has in its own file system beside its image; slow for one that has many files. Throws NotFound. */
  diskUsage(key: ContainerKey): Promise<number>;
  /** Whether containers are held to the size of their flavor's root disk here, which they get when they are made. */
  limitsRootDisk(): Promise<boolean>;
  /** Sends a signal (`SIGABRT`) to its first process. Throws NotFound without one, Conflict when it does not run. */
  signal(key: ContainerKey, signalName: string): Promise<void>;
  /**
   * Runs a command inside. Throws NotFound without a container, Conflict when it does not run, Unsupported when the
   * container has no such program, Timeout.
   */
  runInside(key: ContainerKey, command: InsideCommand): Promise<InsideResult>;
  /**
   * Ids of the ended containers that did not end by themselves: an engine without live-restore, or the whole host, went
   * down in between. One that ended by itself before that, with nobody here to see it, is among them.
   */
  endedWithTheEngine(): Promise<ReadonlySet<string>>;
  /** Tells of events until the signal aborts; reconnects by itself, telling of both edges. */
  watch(listener: (event: ContainerEvent) => void, signal: AbortSignal): void;
  facts(): Promise<EngineFacts>;
}
