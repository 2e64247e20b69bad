import { KeyedLocks } from '../compute/locks.js';
import type { GuestFile } from '../compute/ports/containers.js';
import type { AttachRequest, NetworkRequest, Networks, NetworkSubject, Providers } from '../compute/ports/networks.js';
import type { AwaitedEvent } from '../compute/waiters.js';
import { messageOf, ServiceError } from '../errors/kinds.js';
import type { Vif } from '../objects/index.js';
import { refreshCache } from './cache/refresh.js';
import { attach, detach, forgetPort } from './interfaces.js';
import { allocate } from './neutron/allocate.js';
import { deallocate } from './neutron/deallocate.js';
import { addFixedIp, removeFixedIp } from './neutron/fixed-ips.js';
import { forgetBindings, takePortsOver } from './neutron/bindings.js';
import { bindPortsTo, rebindPorts } from './neutron/rebind.js';
import { wishesOf } from './neutron/wishes.js';
import { onHost, type NetworksParts } from './parts.js';
import { giveVanishedBack } from './shares/claim.js';

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
    const { requested, securityGroups, providers, isRepeated } = request;
    const work = { subject: request, wishes: wishesOf(requested), securityGroups, providers, others: [], isRepeated };
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

  holdStart(instanceUuid: string, program: string | null): Promise<boolean> {
    return this.parts.ports.holdStart(instanceUuid, program);
  }

  letStart(instanceUuid: string): Promise<void> {
    return settled(() => this.parts.ports.tellStart(instanceUuid, 'go'));
  }

  refuseStart(instanceUuid: string): Promise<void> {
    return settled(() => this.parts.ports.tellStart(instanceUuid, 'no'));
  }

  allowStart(instanceUuid: string): Promise<void> {
    return settled(() => this.parts.ports.allowStart(instanceUuid));
  }

  async plug(subject: NetworkSubject, vifs: readonly Vif[]): Promise<void> {
    await this.parts.ports.plug(onHost(subject, vifs), subject.signal);
  }

  leave(instanceUuid: string): Promise<void> {
    return this.parts.ports.leave(instanceUuid);
  }

  unplug(instanceUuid: string): Promise<void> {
    return this.parts.ports.remove(instanceUuid);
  }

  mute(instanceUuid: string): Promise<void> {
    return this.parts.ports.mute(instanceUuid);
  }

  unmute(instanceUuid: string): Promise<void> {
    return this.parts.ports.unmute(instanceUuid);
  }

  muted(): Promise<readonly string[]> {
    return settled(() => this.parts.ports.muted());
  }

  checkHeld(instanceUuid: string, containerId: string): Promise<void> {
    return settled(() => {
      if (!this.parts.ports.holds(instanceUuid, containerId)) throw withoutPorts(containerId);
    });
  }

  held(): Promise<readonly string[]> {
    return settled(() => this.parts.ports.held());
  }

  guestFiles(instanceUuid: string): readonly GuestFile[] {
    const { names } = this.parts.ports.folder(instanceUuid);
    return Object.entries(names).map(([guestPath, hostPath]) => ({ hostPath, guestPath }));
  }

  recorded({ conductor, instance }: NetworkSubject): Promise<readonly Vif[]> {
    return conductor.networks.cache(instance.get('uuid'));
  }

  bind(subject: NetworkSubject, providers: Providers): Promise<readonly Vif[]> {
    return this.#inTurn(subject, async () => {
      await rebindPorts(this.parts, subject, providers);
      return refreshCache(this.parts, subject, undefined);
    });
  }

  async bindTo(subject: NetworkSubject, host: string): Promise<void> {
    await this.#inTurn(subject, async () => {
      await bindPortsTo(this.parts, subject, host, 'held');
      return refreshCache(this.parts, subject, undefined);
    });
  }

  takeOver(subject: NetworkSubject): Promise<readonly Vif[]> {
    return this.#inTurn(subject, async () => {
      await takePortsOver(this.parts, subject);
      return refreshCache(this.parts, subject, undefined);
    });
  }

  async forgetBindings(subject: NetworkSubject, host: string): Promise<void> {
    await this.#inTurn(subject, () => forgetBindings(this.parts, subject, host));
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

  renew(subject: NetworkSubject): Promise<void> {
    return this.#inTurn(subject, async () => {
      await this.parts.ports.apply(onHost(subject, await this.#newest(subject)), subject.signal);
    });
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
      const vanished = vifs.find(({ id }) => id === portId);
      if (vanished === undefined) return;
      await giveVanishedBack(this.parts, subject, vanished);
      await forgetPort(this.parts, subject, vifs, portId);
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

  async #newest(subject: NetworkSubject): Promise<readonly Vif[]> {
    try {
      return await refreshCache(this.parts, subject, undefined);
    } catch (error) {
      subject.signal.throwIfAborted();
      this.parts.log.warn('A server starts with its ports as Nova knows them: Neutron does not tell of them', {
        reason: messageOf(error),
      });
      return this.recorded(subject);
    }
  }

  #inTurn<T>({ instance }: NetworkSubject, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(instance.get('uuid'), work);
  }
}

/** What is done at once, for who expects that it takes a while. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}

function withoutPorts(containerId: string): ServiceError {
  const text =
    'The container was started without the ports of its server: the runtime that started it is not this service’s. Run ' +
    'nova-compute-docker setup on this host; a server whose flavor chooses a runtime of its own can have no ports.';
  return new ServiceError('Conflict', text, { facts: { containerId } });
}

function broughtPorts(request: NetworkRequest): readonly string[] {
  const wishes = wishesOf(request.requested);
  return wishes.kind === 'these' ? wishes.wishes.flatMap(({ portId }) => portId ?? []) : [];
}

async function refresh(parts: NetworksParts, subject: NetworkSubject, portId?: string): Promise<readonly Vif[]> {
  const vifs = await refreshCache(parts, subject, portId);
  await parts.ports.applyIfPlugged(onHost(subject, vifs), subject.signal);
  return vifs;
}
