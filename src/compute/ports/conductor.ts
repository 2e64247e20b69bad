import type { RequestContext } from '../../observe/context.js';
import type { Instance, Migration, NovaObject, Vif } from '../../objects/index.js';
import type { Task, TaskState, VmState } from '../states.js';

/**
 * nova-conductor, the only writer of instance state, as typed calls. One `Conductor` speaks for one request context.
 * Every call is safe to repeat, and is repeated by the adapter while the broker or conductor is away.
 *
 * Errors: `nova.name` is the class that conductor raised (InstanceNotFound, UnexpectedTaskStateError,
 * UnexpectedDeletingTaskStateError …); kind Unavailable when the patience is at an end.
 */
export interface Conductor {
  readonly instances: InstanceStore;
  readonly events: ActionEvents;
  readonly blockDevices: BlockDeviceStore;
  readonly consoleTokens: ConsoleTokens;
  readonly usageAudits: UsageAudits;
  readonly networks: NetworkRecords;
  readonly groups: ServerGroups;
  readonly tasks: ComputeTasks;
  readonly migrations: MigrationStore;
  readonly peers: ComputePeers;
  readonly scheduler: SchedulerNews;
  /** InstanceFault.create: what the API shows of a server in ERROR. `message` is cut to 255 characters. */
  createFault(fault: { instanceUuid: string; code: number; message: string; details: string }): Promise<void>;
}

/** How long a call goes on trying: a cast's work waits for its conductor, everybody else gives up. */
export interface Patience {
  readonly signal: AbortSignal;
  /** Undefined: until the signal aborts. */
  readonly timeoutMs?: number;
}

export type ConductorFor = (context: RequestContext, patience: Patience) => Conductor;

export interface SaveOptions {
  /** The row's task_state must be among these; absent: no check. */
  readonly expectedTask?: readonly Task[];
  /** The row's vm_state must be among these; absent: no check. */
  readonly expectedVmState?: readonly VmState[];
}

/**
 * Which instances of the cell: every condition that is given has to hold (nova/db/main/api.py
 * instance_get_all_by_filters, release 26). An empty list finds nothing.
 */
export interface InstanceFilter {
  readonly host?: string;
  readonly uuids?: readonly string[];
  readonly vmState?: VmState;
  /** Null: no task is under way. */
  readonly task?: readonly TaskState[] | null;
  /** Rows of deleted servers in place of living ones (the default); a soft-deleted server lives. */
  readonly deleted?: boolean | 'either';
  /** Whether the rest of a deleted server on its host is cleaned away. */
  readonly cleaned?: boolean;
}

/** A span of time; the end is not in it. */
export interface Period {
  readonly begin: Date;
  readonly end: Date;
}

export interface InstanceStore {
  get(uuid: string, expectedAttrs: readonly string[]): Promise<Instance>;
  /** Saves what changed (and nothing else) and takes over what conductor answers. Nothing changed: no call. */
  save(instance: Instance, options?: SaveOptions): Promise<void>;
  /** Soft-deletes the row. A row that is gone is fine. */
  destroy(instance: Instance): Promise<void>;
  onHost(host: string, expectedAttrs: readonly string[]): Promise<readonly Instance[]>;
  find(filter: InstanceFilter, expectedAttrs: readonly string[]): Promise<readonly Instance[]>;
  /** Instances of the host, deleted ones too, that ran at some time of this period. */
  activeIn(period: Period, host: string, expectedAttrs: readonly string[]): Promise<readonly Instance[]>;
  /** Instance uuids of the host, for group checks and the scheduler's view. */
  uuidsOnHost(host: string): Promise<readonly string[]>;
}

/** Something that happened to an instance without anybody having asked for it. */
export interface OwnAction {
  /** Nova's word for what it amounts to, e.g. `stop`. */
  readonly action: string;
  readonly event: string;
  /** Shown by microversion 2.84 on; at most 255 characters. */
  readonly details: string;
  readonly failed: boolean;
  readonly at: Date;
}

/** Instance action events: what `openstack server event show` tells. */
export interface ActionEvents {
  start(instanceUuid: string, event: string): Promise<void>;
  finish(instanceUuid: string, event: string, failure?: { message: string; traceback: string }): Promise<void>;
  /** An action that the service begins by itself: events of this context's request belong to it. */
  begin(instanceUuid: string, action: string): Promise<void>;
  /** An action that the service began by itself, with one event that has ended already. */
  record(instanceUuid: string, happened: OwnAction): Promise<void>;
  /** One more event of this request's action, which has ended already. */
  note(instanceUuid: string, happened: Omit<OwnAction, 'action'>): Promise<void>;
  /** Whether this request's event of that name has been finished; undefined when there is no such event. */
  isFinished(instanceUuid: string, event: string): Promise<boolean | undefined>;
  /** Whether it was finished with an error. */
  hasFailed(instanceUuid: string, event: string): Promise<boolean>;
}

export interface BlockDeviceStore {
  ofInstance(instanceUuid: string): Promise<readonly NovaObject<'BlockDeviceMapping'>[]>;
  save(device: NovaObject<'BlockDeviceMapping'>): Promise<void>;
  /** Removes the row; gone already is fine. */
  destroy(device: NovaObject<'BlockDeviceMapping'>): Promise<void>;
}

/** Where a token leads. */
export interface ConsoleAccess {
  /** Nova's word: `serial`. */
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly instanceUuid: string;
  /** Of the proxy, as users reach it. */
  readonly accessUrlBase: string;
}

export interface ConsoleTokens {
  /** A new token, and the address with it. Both are secret: they open the console to whoever has them. */
  authorize(access: ConsoleAccess, ttlMs: number): Promise<{ readonly token: string; readonly accessUrl: string }>;
  cleanForInstance(instanceUuid: string): Promise<void>;
  /** Those of all hosts whose time is over. */
  cleanExpired(): Promise<void>;
}

/** For which periods this host has told of the usage of its instances (nova/objects/task_log.py, release 26). */
export interface UsageAudits {
  isDone(period: Period): Promise<boolean>;
  /** Writes down that it begins; that it had begun before is fine. */
  begin(period: Period, instances: number): Promise<void>;
  end(period: Period, outcome: { readonly errors: number; readonly message: string }): Promise<void>;
}

/** What Nova keeps of an instance's ports. */
export interface NetworkRecords {
  /** The network cache: what the API shows as addresses. */
  cache(instanceUuid: string): Promise<readonly Vif[]>;
  /** A row that is gone (the server was deleted meanwhile) throws NotFound. */
  saveCache(instanceUuid: string, vifs: readonly Vif[]): Promise<void>;
  /** VirtualInterface.create; a port that has its row is fine. */
  add(port: { instanceUuid: string; portId: string; macAddress: string; tag: string | null }): Promise<void>;
  /** Removes one port's row; none is fine. */
  remove(portId: string): Promise<void>;
  removeAll(instanceUuid: string): Promise<void>;
  /** Ids of the ports in the order in which they came to the instance. */
  order(instanceUuid: string): Promise<readonly string[]>;
}

/** Servers that want to be together, or apart. */
export interface ServerGroup {
  readonly uuid: string;
  /** `affinity`, `anti-affinity`, `soft-…`. */
  readonly policy: string | null;
  /** Of an anti-affinity group. */
  readonly maxServersPerHost: number;
  /** Uuids of instances. */
  readonly members: readonly string[];
}

export interface ServerGroups {
  /** By uuid or name, as the scheduler's hint has it; undefined: there is none (any more). */
  ofHint(hint: string): Promise<ServerGroup | undefined>;
  ofInstance(instanceUuid: string): Promise<ServerGroup | undefined>;
  /** Hosts of its members but for one. */
  hostsOf(group: ServerGroup, exceptInstanceUuid: string): Promise<readonly string[]>;
  /** Instances whose move to or from that host is under way. */
  movingTo(host: string, node: string): Promise<readonly string[]>;
}

/** Casts to conductor's compute_task namespace. */
export interface ComputeTasks {
  /** Gives a build back, for the next host of its list. `args` are named as nova names them (version 1.19). */
  buildInstances(args: Readonly<Record<string, unknown>>, uniqueId: string): Promise<void>;
  /** Gives a resize or cold migration back, for the next host of its list (version 1.20). */
  migrateServer(args: Readonly<Record<string, unknown>>, uniqueId: string): Promise<void>;
}

export interface MigrationStore {
  get(id: number): Promise<Migration>;
  /** Evacuations from this host that took place or are under way, and that it has not cleaned up behind. */
  evacuatedFrom(host: string): Promise<readonly Migration[]>;
  /** Those of an instance that are under way, whichever hosts they are between. */
  underWay(instanceUuid: string): Promise<readonly Migration[]>;
  /** Moves to (and resizes on) this host that have been waiting for their confirmation for longer than this time. */
  unconfirmed(host: string, forSeconds: number): Promise<readonly Migration[]>;
  /** Saves what changed. */
  save(migration: Migration): Promise<void>;
}

/** A step of something that several compute services have a part in, or this one twice. */
export interface PeerCast {
  readonly host: string;
  readonly method: string;
  /** Named as nova names them (compute RPC 6.0). */
  readonly args: Readonly<Record<string, unknown>>;
}

/** The compute services, this one too. */
export interface ComputePeers {
  /** `uniqueId` made of that of the request in whose course it is cast: then a repetition is the same message. */
  cast(message: PeerCast, uniqueId: string): Promise<void>;
  /**
   * Asks and waits. `isLong`: the other host shows signs of life while it works, and the wait is as long as
   * `long_rpc_timeout`. Throws what the other host raised, Timeout and Unavailable when it did not answer.
   */
  call(message: PeerCast, options?: { readonly isLong?: boolean; readonly signal?: AbortSignal }): Promise<unknown>;
  /** When that host's service has last reported; null: it is unknown, or an operator has forced it down. */
  lastSeen(host: string): Promise<Date | null>;
}

/** Fanout to the schedulers; losing one is harmless, the periodic sync repairs. Never throws. */
export interface SchedulerNews {
  instanceChanged(instance: Instance): Promise<void>;
  instanceDeleted(instanceUuid: string): Promise<void>;
  /** All instances of this host. */
  sync(instanceUuids: readonly string[]): Promise<void>;
}
