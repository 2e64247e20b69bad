import { KeyedLocks } from '../compute/locks.js';
import type { GuestFile } from '../compute/ports/containers.js';
import type { AttachRequest, NetworkRequest, Networks, NetworkSubject } from '../compute/ports/networks.js';
import type { AwaitedEvent } from '../compute/waiters.js';
import type { Vif } from '../objects/index.js';
import { refreshCache } from './cache/refresh.js';
import type { HostPorts } from './host/ports.js';
import { allocate } from './neutron/allocate.js';
import { deallocate } from './neutron/deallocate.js';
import { addFixedIp, removeFixedIp } from './neutron/fixed-ips.js';
import type { NeutronParts } from './neutron/parts.js';
import { bindPortsTo, rebindPorts } from './neutron/rebind.js';
import { refusal } from './neutron/refusals.js';
import { deletePorts, unbindPorts } from './neutron/release.js';
import { wishesOf, type Wishes } from './neutron/wishes.js';

export interface NetworksParts extends NeutronParts {
  readonly ports: HostPorts;
}

/**
 * The manager's networks: Neutron's ports, Nova's records of them, this host's devices.
 *
 * INVARIANT: what changes an instance's ports or their record happens one after the other, so that no two read the same
 * record and write different ones.
 */
export class InstanceNetworks implements Networks {
  readonly #turns = new KeyedLocks();
  /** Refreshes that have not begun. */
  readonly #queued = new Map<string, Promise<readonly Vif[]>>();

  constructor(private readonly parts: NetworksParts) {}

  allocate(request: NetworkRequest): Promise<readonly Vif[]> {
    const { requested, securityGroups, isRepeated } = request;
    const work = { subject: request, wishes: wishesOf(requested), securityGroups, others: [], isRepeated };
    return this.#inTurn(request, () => allocate(this.parts, work));
  }

  deallocate(request: NetworkRequest): Promise<void> {
    return this.#inTurn(request, async () => {
      await this.unplug(request.instance.get('uuid'));
      await deallocate(this.parts, request, broughtPorts(request));
    });
  }

  awaited(vifs: readonly Vif[]): readonly AwaitedEvent[] {
    return vifs.filter(({ active }) => !active).map(({ id }) => ({ name: 'network-vif-plugged', tag: id }));
  }

  async plug(subject: NetworkSubject, vifs: readonly Vif[]): Promise<void> {
    await this.parts.ports.plug(onHost(subject, vifs), subject.signal);
  }

  unplug(instanceUuid: string): Promise<void> {
    return this.parts.ports.remove(instanceUuid);
  }

  held(): Promise<readonly string[]> {
    return this.parts.ports.held();
  }

  guestFiles(instanceUuid: string): readonly GuestFile[] {
    const { names } = this.parts.ports.folder(instanceUuid);
    return Object.entries(names).map(([guestPath, hostPath]) => ({ hostPath, guestPath }));
  }

  recorded({ conductor, instance }: NetworkSubject): Promise<readonly Vif[]> {
    return conductor.networks.cache(instance.get('uuid'));
  }

  bind(subject: NetworkSubject): Promise<readonly Vif[]> {
    return this.#inTurn(subject, async () => {
      await rebindPorts(this.parts, subject);
      return refreshCache(this.parts, subject, undefined);
    });
  }

  async bindTo(subject: NetworkSubject, host: string): Promise<void> {
    await this.#inTurn(subject, async () => {
      await bindPortsTo(this.parts, subject, host);
      return refreshCache(this.parts, subject, undefined);
    });
  }

  /** Neutron tells of one change several times: a refresh that has not begun yet will see them all. */
  refresh(subject: NetworkSubject, portId?: string): Promise<readonly Vif[]> {
    const key = `${subject.instance.get('uuid')}/${portId ?? ''}`;
    const waiting = this.#queued.get(key);
    if (waiting !== undefined) return waiting;
    const mine = this.#inTurn(subject, () => {
      this.#queued.delete(key);
      return refresh(this.parts, subject, portId);
    });
    this.#queued.set(key, mine);
    return mine;
  }

  attach(request: AttachRequest): Promise<readonly Vif[]> {
    return this.#inTurn(request, () => attach(this.parts, request));
  }

  async apply(subject: NetworkSubject, vifs: readonly Vif[]): Promise<void> {
    await this.parts.ports.apply(onHost(subject, vifs), subject.signal);
  }

  detach(subject: NetworkSubject, portId: string): Promise<void> {
    return this.#inTurn(subject, () => detach(this.parts, subject, portId));
  }

  portVanished(subject: NetworkSubject, portId: string): Promise<void> {
    return this.#inTurn(subject, async () => {
      const vifs = await this.recorded(subject);
      if (vifs.some(({ id }) => id === portId)) await forgetPort(this.parts, subject, vifs, portId);
    });
  }

  addFixedIp(subject: NetworkSubject, networkId: string): Promise<void> {
    return this.#inTurn(subject, async () => {
      await refresh(this.parts, subject, await addFixedIp(this.parts, subject, networkId));
    });
  }

  removeFixedIp(subject: NetworkSubject, address: string): Promise<void> {
    return this.#inTurn(subject, async () => {
      await refresh(this.parts, subject, await removeFixedIp(this.parts, subject, address));
    });
  }

  #inTurn<T>({ instance }: NetworkSubject, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(instance.get('uuid'), work);
  }
}

function onHost({ instance }: NetworkSubject, vifs: readonly Vif[]) {
  return { instanceUuid: instance.get('uuid'), hostname: instance.get('hostname') ?? '', vifs };
}

function broughtPorts(request: NetworkRequest): readonly string[] {
  const wishes = wishesOf(request.requested);
  return wishes.kind === 'these' ? wishes.wishes.flatMap(({ portId }) => portId ?? []) : [];
}

async function attach(parts: NetworksParts, request: AttachRequest): Promise<readonly Vif[]> {
  const { instance, portId, networkId, address, tag } = request;
  const others = await request.conductor.networks.cache(instance.get('uuid'));
  if (others.some(({ id }) => id === portId)) throw refusal('PortInUse', { port_id: portId ?? '' });
  const wishes: Wishes =
    portId === null && networkId === null
      ? { kind: 'any' }
      : { kind: 'these', wishes: [{ portId, networkId, address, tag }] };
  const vifs = await allocate(parts, { subject: request, wishes, securityGroups: [], others, isRepeated: false });
  if (vifs.length > others.length) return vifs;
  throw refusal('InterfaceAttachFailedNoNetwork', { project_id: instance.get('project_id') ?? '' });
}

async function refresh(parts: NetworksParts, subject: NetworkSubject, portId?: string): Promise<readonly Vif[]> {
  const vifs = await refreshCache(parts, subject, portId);
  await parts.ports.applyIfPlugged(onHost(subject, vifs), subject.signal);
  return vifs;
}

/** First out of the container, so that nothing uses the address when it is somebody else's. */
async function detach(parts: NetworksParts, subject: NetworkSubject, portId: string): Promise<void> {
  const { instance, conductor, context, signal } = subject;
  const vifs = await conductor.networks.cache(instance.get('uuid'));
  const condemned = vifs.find(({ id }) => id === portId);
  if (condemned === undefined) throw refusal('PortNotFound', { port_id: portId });
  await parts.ports.applyIfPlugged(onHost(subject, without(vifs, portId)), signal);
  if (condemned.preserve_on_delete) {
    await unbindPorts(parts, await parts.neutron.ports({ id: portId }, { signal }), { context, signal });
  } else {
    await deletePorts(parts, [portId], { context, signal });
  }
  await forgetPort(parts, subject, vifs, portId);
}

async function forgetPort(
  parts: NetworksParts,
  subject: NetworkSubject,
  vifs: readonly Vif[],
  portId: string,
): Promise<void> {
  const { instance, conductor, signal } = subject;
  const left = without(vifs, portId);
  // The record goes last: by it an interrupted try is found.
  await conductor.networks.remove(portId);
  await conductor.networks.saveCache(instance.get('uuid'), left);
  await parts.ports.applyIfPlugged(onHost(subject, left), signal);
}

function without(vifs: readonly Vif[], portId: string): readonly Vif[] {
  return vifs.filter(({ id }) => id !== portId);
}
