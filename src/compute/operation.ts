import type { Logger } from '../observe/logger.js';
import type { RequestContext } from '../observe/context.js';
import type { FieldsOf, Instance } from '../objects/index.js';
import type { Conductor, ConductorFor } from './ports/conductor.js';
import type { Policy } from '../settings/policy.js';
import type { Checkpoints } from './ports/checkpoints.js';
import type { Containers } from './ports/containers.js';
import type { Consoles } from './ports/consoles.js';
import type { DedicatedCpus } from './ports/dedicated-cpus.js';
import type { InstanceFolders } from './ports/instance-folders.js';
import type { Disks } from './ports/disks.js';
import type { Images, ImageSource, ImageStore } from './ports/images.js';
import type { Networks } from './ports/networks.js';
import type { NodeControl } from './ports/nodes.js';
import type { Notifications } from './ports/notifications.js';
import type { MovingAllocations } from './ports/placement.js';
import type { Volumes } from './ports/volumes.js';
import type { Limit, LimitName } from './limits.js';
import type { KeyedLocks } from './locks.js';
import type { RunningWork } from './running.js';
import type { Deaths } from './power/deaths.js';
import type { Task, VmState } from './states.js';
import type { Departures } from './verbs/live-migration/departures.js';
import type { EventWaiters } from './waiters.js';

/** What the operator set, as far as the manager decides by it. */
export interface ManagerSettings {
  readonly host: string;
  /** hypervisor_hostname of the one node of this host. */
  readonly node: string;
  readonly rpcResponseTimeoutMs: number;
  readonly vifPluggingTimeoutMs: number;
  readonly vifPluggingIsFatal: boolean;
  /** How often Neutron is asked again for the ports of a new server while it does not answer. */
  readonly networkAllocateRetries: number;
  /** Label of the network on which servers say they are reached. */
  readonly accessIpNetwork: string | null;
  /** Time that a stop gives the instance's own init. */
  readonly shutdownTimeoutMs: number;
  /** A new container that ends within this time makes its boot fail. */
  readonly startGraceMs: number;
  /** Every new server gets a config drive. */
  readonly forceConfigDrive: boolean;
  /** A server's public key comes into its container. */
  readonly injectsKey: boolean;
  /** The policy of a server's group is looked at here, too. */
  readonly checksGroupPolicy: boolean;
  /** `instance-%08x` */
  readonly instanceNameTemplate: string;
  /** Deleted servers are kept this long; 0: deleted at once. */
  readonly reclaimInstanceIntervalMs: number;
  /** Shelved servers stay on their host for so long; 0: they leave it at once, less: they stay. */
  readonly shelvedOffloadTimeMs: number;
  /** A server that uses more would stand still for too long in a live migration. */
  readonly liveMigrationMemoryBytes: number;
  /** Null: there are none on this host. */
  readonly serialConsole: SerialConsoleSettings | null;
}

export interface SerialConsoleSettings {
  /** Address of nova-serialproxy as users reach it. */
  readonly baseUrl: string;
  readonly tokenTtlMs: number;
}

/** Everything the manager works with, handed in by app.ts. */
export interface ManagerParts {
  readonly settings: ManagerSettings;
  /** Who may set what of containers. */
  readonly policy: Policy;
  readonly containers: Containers;
  readonly checkpoints: Checkpoints;
  readonly disks: Disks;
  readonly images: Images;
  /** Glance's records and data, for what leaves this host. */
  readonly library: ImageSource & ImageStore;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly allocations: MovingAllocations;
  readonly cpus: DedicatedCpus;
  readonly folders: InstanceFolders;
  readonly consoles: Consoles;
  readonly node: NodeControl;
  readonly conductorFor: ConductorFor;
  readonly notifications: Notifications;
  readonly locks: KeyedLocks;
  readonly running: RunningWork;
  /** Live migrations from this host. */
  readonly departures: Departures;
  readonly waiters: EventWaiters;
  readonly deaths: Deaths;
  readonly limits: Readonly<Record<LimitName, Limit>>;
  readonly now: () => Date;
  /** Resolves after that time, or at once when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Logger;
}

/** Arguments of an RPC method, hydrated: objects are objects. */
export type Args = Readonly<Record<string, unknown>>;

/** One request as the wire's room hands it in. */
export interface ComputeRequest {
  readonly method: string;
  readonly args: Args;
  readonly context: RequestContext;
  readonly uniqueId: string;
  readonly isCall: boolean;
  /** Aborts when the service has to stop: what is unfinished then stays in the inbox. */
  readonly signal: AbortSignal;
  /** Counts the start of the work durably; to be awaited when the wait in line is over, before any side effect. */
  readonly begin: () => Promise<number>;
}

/** One request being worked on. */
export interface Operation {
  readonly parts: ManagerParts;
  readonly request: ComputeRequest;
  /** 1 for the first start of this request's work; more when it was started before and did not end. */
  readonly attempt: number;
  /** Speaks with the request's own context. */
  readonly conductor: Conductor;
  /** Aborts when the service has to stop or when a deletion makes this work pointless. */
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** What nobody waits for, but must be done: each runs until it is done, or throws when the service has to stop. */
export type Afterwards = (() => Promise<void>)[];

export interface InstanceOperation extends Operation {
  readonly instance: Instance;
  /**
   * To be done when the instance's turn is over, before the request leaves the inbox. Absent for what the service does of
   * itself: there is no inbox then.
   */
  readonly afterwards?: Afterwards;
}

/** Fields of the instance row to write; absent ones stay as they are. */
export type InstanceChanges = Partial<FieldsOf<'Instance'>>;

/**
 * Writes these changes to the instance row. `expectedTask`, `expectedVmState`: the row's states must be among these, or
 * conductor answers UnexpectedTaskStateError (UnexpectedDeletingTaskStateError when the user deletes the server
 * meanwhile) or UnexpectedVMStateError.
 */
export async function save(
  op: InstanceOperation,
  changes: InstanceChanges,
  expectedTask?: readonly Task[],
  expectedVmState?: readonly VmState[],
): Promise<void> {
  for (const [field, value] of Object.entries(changes)) op.instance.set(field as keyof InstanceChanges, value);
  const options = { ...(expectedTask && { expectedTask }), ...(expectedVmState && { expectedVmState }) };
  await op.conductor.instances.save(op.instance, options);
}
