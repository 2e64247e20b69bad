import type { RequestContext } from '../../observe/context.js';
import type { Instance, NovaObject, Vif } from '../../objects/index.js';
import type { AwaitedEvent } from '../waiters.js';
import type { Conductor } from './conductor.js';
import type { GuestFile } from './containers.js';

/** Whose network is worked on, on whose behalf, and for how long. */
export interface NetworkSubject {
  readonly instance: Instance;
  readonly context: RequestContext;
  readonly conductor: Conductor;
  readonly signal: AbortSignal;
}

/**
 * Id of what asks for resources (a port, or one of its groups) -> the resource providers that give them: who guarantees a
 * port its bandwidth.
 */
export type ProviderMapping = ReadonlyMap<string, readonly string[]>;

/** `held`: those of which the instance holds it now. */
export type Providers = ProviderMapping | 'held';

/** What an instance wants to be plugged into. */
export interface NetworkRequest extends NetworkSubject {
  readonly requested: NovaObject<'NetworkRequestList'> | null;
  readonly securityGroups: readonly string[];
  readonly providers: ProviderMapping;
  /** The work was begun before: ports of that time are looked for and used. */
  readonly isRepeated: boolean;
}

/** One more port for an instance. */
export interface AttachRequest extends NetworkSubject {
  readonly networkId: string | null;
  readonly portId: string | null;
  readonly address: string | null;
  readonly tag: string | null;
  /** The work was begun before. */
  readonly isRepeated: boolean;
}

/**
 * An instance's network: Neutron's ports, Nova's records of them and this host's devices. Implemented by network/.
 * Everything is safe to repeat. Errors name the nova exception that the API or the fault shows (NoMoreFixedIps,
 * PortInUse …); what this host's switch refuses is Unavailable.
 */
export interface Networks {
  /** Ports for the requested networks, bound to this host, in the order asked for; [] for none. */
  allocate(request: NetworkRequest): Promise<readonly Vif[]>;
  /** Gives everything back: devices on this host, then ports (ours are deleted, the user's unbound) and records. */
  deallocate(request: NetworkRequest): Promise<void>;
  /**
   * Lays out what the instance's container needs of this host to be made, before its ports are known, and has its next
   * start wait where they go in: until `letStart`; `refuseStart`, or the end of this service, fails it. False when the
   * program that will start it (its path, null for an unknown one) is none that waits: nothing was done.
   */
  holdStart(instanceUuid: string, program: string | null): Promise<boolean>;
  /** Its ports are plugged and wired: a start that waits goes on, one that is still to come does not wait. */
  letStart(instanceUuid: string): Promise<void>;
  /** There will be none: a start that waits or is still to come fails, until `allowStart`. Nothing waits: fine. */
  refuseStart(instanceUuid: string): Promise<void>;
  /** A start that comes now waits for nobody. Before each but an early one: what a killed service held is held still. */
  allowStart(instanceUuid: string): Promise<void>;
  /** The events that will tell that these ports are wired; register for them before plugging. */
  awaited(vifs: readonly Vif[]): readonly AwaitedEvent[];
  /**
   * Makes this host's side of all ports of an instance. Necessary before its container is created (or `holdStart`, and
   * then this before `letStart`), for one without ports too: the container finds its ports, at every start, by what this
   * leaves on the host.
   */
  plug(subject: NetworkSubject, vifs: readonly Vif[]): Promise<void>;
  /** The instance is to be deleted, its container first: what of it can go with the container does. `deallocate` follows. */
  leave(instanceUuid: string): Promise<void>;
  /** Takes this host's side of an instance away and leaves its ports alone. Nothing there is fine. */
  unplug(instanceUuid: string): Promise<void>;
  /**
   * Has the instance's ports neither say nor hear anything, as those of a machine that stands still: the kernel would go on
   * answering for a frozen container. Neutron sees nothing of it. Until `unmute` or the next start of its container; ports
   * that are plugged meanwhile are silent, too.
   */
  mute(instanceUuid: string): Promise<void>;
  unmute(instanceUuid: string): Promise<void>;
  /** Instances whose ports are muted, in no order. */
  muted(): Promise<readonly string[]>;
  /**
   * Throws Conflict when this container, which was started, was not given the instance's ports: another runtime than
   * ours started it, or one of before, which does not know it for an instance's.
   */
  checkHeld(instanceUuid: string, containerId: string): Promise<void>;
  /** Instances of which this host's side has something, in no order. */
  held(): Promise<readonly string[]>;
  /** What has to be mounted in the instance's container. */
  guestFiles(instanceUuid: string): readonly GuestFile[];
  /** Binds the ports that an instance has to this host, where they are to be plugged next; gives them as they are then. */
  bind(subject: NetworkSubject, providers: Providers): Promise<readonly Vif[]>;
  /** Gives them to another host, where the server stays. Whether an agent takes them there now is no matter. */
  bindTo(subject: NetworkSubject, host: string): Promise<void>;
  /**
   * The same in a live migration, in which conductor has made a second binding of each port, to this host: that one counts
   * from now on. So it goes there, and back.
   */
  takeOver(subject: NetworkSubject): Promise<readonly Vif[]>;
  /** Removes the bindings to another host on which the ports are not (any more); none is fine. */
  forgetBindings(subject: NetworkSubject, host: string): Promise<void>;
  /** Ports as Nova's record has them. */
  recorded(subject: NetworkSubject): Promise<readonly Vif[]>;
  /**
   * Asks Neutron how the ports are now (one, or all of them), records it, and brings this host, and a container that
   * runs, to it. Gives all ports.
   */
  refresh(subject: NetworkSubject, portId?: string): Promise<readonly Vif[]>;
  /**
   * The same before a start of its container, where nothing of it has to be plugged yet; by Nova's record when Neutron does
   * not answer.
   */
  renew(subject: NetworkSubject): Promise<void>;
  /**
   * One more port, bound to this host; not plugged yet. What it asks for is claimed of this host's providers, unless this
   * fails. Gives all ports, the new one last.
   */
  attach(request: AttachRequest): Promise<readonly Vif[]>;
  /** Brings this host, and a container that runs, to these ports. */
  apply(subject: NetworkSubject, vifs: readonly Vif[]): Promise<void>;
  /**
   * Takes a port, and what it holds in Placement, away from host, container and instance. Throws NotFound
   * (PortNotFound) when it has no such port.
   */
  detach(subject: NetworkSubject, portId: string): Promise<void>;
  /** A port that somebody deleted in Neutron: away from the record, host and container. Unknown is fine. */
  portVanished(subject: NetworkSubject, portId: string): Promise<void>;
  /** One more address of this network for the instance. */
  addFixedIp(subject: NetworkSubject, networkId: string): Promise<void>;
  removeFixedIp(subject: NetworkSubject, address: string): Promise<void>;
}
