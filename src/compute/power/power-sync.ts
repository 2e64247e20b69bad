import { kindOf, messageOf, novaNameOf } from '../../errors/kinds.js';
import { withLogFields, type RequestContext } from '../../observe/context.js';
import type { Instance } from '../../objects/index.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { InstanceOperation, ManagerParts } from '../operation.js';
import { ownOperation } from '../own-work.js';
import type { Conductor } from '../ports/conductor.js';
import { POWER_STATE, type ContainerEvent, type ContainerKey, type ContainerSummary } from '../ports/containers.js';
import type { Task, VmState } from '../states.js';
import { decidePorts, decidePower, type PowerFacts } from './decision.js';
import { settle, tellOfUpdate } from './settle.js';

export interface PowerSyncParts {
  readonly parts: ManagerParts;
  readonly ownContext: () => RequestContext;
  /** A death that is followed by a start within this time is a restart. */
  readonly debounceMs: number;
  /** `[workarounds] handle_virt_lifecycle_events`; without, only the comparisons see what a container did. */
  readonly followsEvents: () => boolean;
  /** The service's life. */
  readonly signal: AbortSignal;
}

/** Containers that a server is seen by. */
const FOLLOWED: ReadonlySet<ContainerKey['role']> = new Set(['main', 'rescue'] as const);
/** Only these change what an instance's row has to say. */
const TELLING: ReadonlySet<string> = new Set(['start', 'die', 'pause', 'unpause', 'destroy']);

/**
 * Keeps Nova's rows true to the containers: by the engine's events at once, by comparison now and then.
 *
 * INVARIANTS: an instance's verb goes first, the comparison waits for its turn and reads row and container anew;
 * nothing is concluded from a death while the engine is going or away; when it is back, all are compared, and no comparison
 * concludes anything before it is known what went down with the engine.
 */
export class PowerSync {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #engineIsHere = true;
  #engineWasLost = false;
  /** What happened before is the concern of the comparison that began then, which knows whose doing it was. */
  #eventsCountFrom = 0;
  /** An engine came back that was not asked yet what went down. */
  #mustAsk = false;
  /** Ids of the containers that the engine took down, until they run again. */
  #wentDown: Set<string> = new Set();

  constructor(private readonly sync: PowerSyncParts) {
    sync.signal.addEventListener('abort', () => this.#forgetTimers(), { once: true });
  }

  onEvent(event: ContainerEvent): void {
    if (event.type === 'engine-lost') return this.#engineLost();
    if (event.type === 'engine-back') return this.#engineBack();
    if (event.action === 'start') this.#wentDown.delete(event.containerId);
    if (!FOLLOWED.has(event.key.role) || !this.#follows(event.at)) return;
    this.#changed(event);
  }

  #changed({ key, action }: Extract<ContainerEvent, { type: 'container' }>): void {
    const uuid = key.instanceUuid;
    if (action === 'update' && key.role === 'main') return void this.#updated(uuid);
    if (!TELLING.has(action)) return;
    const { locks, log } = this.sync.parts;
    const isOurDoing = locks.isBusy(uuid);
    // A verb's own starts and removals are in the row that it writes; a death may come behind its back.
    if (isOurDoing && action !== 'die') return;
    if (!isOurDoing) log.debug('Event of a container', { instanceUuid: uuid, action });
    this.#lookSoon(uuid, isOurDoing);
  }

  /**
   * At the start of the service: what ended meanwhile ended by itself, unless it went down with the engine. `restarts`:
   * such a one is started again; false after a boot of the host, if the operator wants it so.
   */
  async compareAtStart(restarts: boolean): Promise<void> {
    this.#eventsCountFrom = this.sync.parts.now().getTime();
    this.#forgetTimers();
    this.#mustAsk = restarts;
    await this.compareAll();
  }

  /** Compares every instance of this host; one engine call and one conductor call unless something is out of order. */
  async compareAll(): Promise<void> {
    const { parts } = this.sync;
    if (this.#mustAsk) await this.#askWhatWentDown();
    const conductor = this.#conductor();
    const [instances, states, muted] = await Promise.all([
      conductor.instances.onHost(parts.settings.host, NOVA_ATTRS),
      parts.containers.states(),
      parts.networks.muted(),
    ]);
    const guests = new Map(states.map((one) => [nameOf(one.key), one]));
    for (const instance of instances) {
      const guest = guests.get(nameOf(keyOf(instance)));
      const facts = this.#factsOf(instance, { guest, own: guests.get(nameOf(mainOf(instance))) });
      const ports = decidePorts({ ...facts, isMuted: muted.includes(instance.get('uuid')) });
      if (decidePower(facts) !== 'in-order' || ports !== 'in-order') await this.#compare(instance.get('uuid'));
    }
  }

  async #askWhatWentDown(): Promise<void> {
    this.#wentDown = new Set(await this.sync.parts.containers.endedWithTheEngine());
    this.#mustAsk = false;
  }

  #engineLost(): void {
    this.#engineIsHere = false;
    this.#engineWasLost = true;
    this.#forgetTimers();
  }

  #engineBack(): void {
    this.#engineIsHere = true;
    if (!this.#engineWasLost) return; // the first connection: the start of the service compares by itself
    this.#engineWasLost = false;
    this.#eventsCountFrom = this.sync.parts.now().getTime();
    this.#mustAsk = true;
    this.sync.parts.log.info('The engine is back; comparing all containers with what Nova thinks');
    this.compareAll().catch((error: unknown) => {
      this.sync.parts.log.error('The comparison after the return of the engine failed', { error });
    });
  }

  #follows(at: Date): boolean {
    return this.sync.followsEvents() && at.getTime() >= this.#eventsCountFrom;
  }

  #lookSoon(uuid: string, isOurDoing: boolean): void {
    clearTimeout(this.#timers.get(uuid));
    const timer = setTimeout(() => {
      this.#timers.delete(uuid);
      void this.#compare(uuid, isOurDoing);
    }, this.sync.debounceMs);
    this.#timers.set(uuid, timer);
  }

  /** Never throws: what is told here changes nothing. A resize of ours has the instance's turn while it updates. */
  async #updated(uuid: string): Promise<void> {
    const { parts, signal } = this.sync;
    if (parts.locks.isBusy(uuid)) return;
    const tell = async (): Promise<void> => {
      if (signal.aborted) return;
      const instance = await this.#conductor().instances.get(uuid, NOVA_ATTRS);
      if (instance.get('host') === parts.settings.host) await tellOfUpdate(this.#operation(instance));
    };
    await withLogFields({ instanceUuid: uuid }, () => parts.locks.run(uuid, tell)).catch((error: unknown) => {
      parts.log.warn('A change of a container outside of Nova could not be recorded', { reason: messageOf(error) });
    });
  }

  #forgetTimers(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /**
   * In the instance's turn. `mayBeDeleted`: a verb was at work, and a missing container is its doing. Never throws: the
   * next comparison finds what this one missed.
   */
  async #compare(uuid: string, mayBeDeleted = false): Promise<void> {
    const { parts, signal } = this.sync;
    const look = async (): Promise<void> => {
      if (signal.aborted || !this.#engineIsHere) return;
      // Throws Unavailable when the engine is going down: it stops its containers then, and takes no new connection
      // while it does (seen with Engine 20.10). So nothing is concluded from these deaths.
      const own = await parts.containers.state({ instanceUuid: uuid, role: 'main' });
      if (own === undefined && mayBeDeleted) return;
      const instance = await this.#conductor().instances.get(uuid, NOVA_ATTRS);
      if (instance.get('host') !== parts.settings.host) return;
      const key = keyOf(instance);
      const guest = key.role === 'main' ? own : await parts.containers.state(key);
      const facts = this.#factsOf(instance, { guest, own });
      const verdict = decidePower(facts);
      if (verdict !== 'in-order') await settle(this.#operation(instance), verdict, guest);
      if (verdict === 'in-order' || verdict === 'record') await this.#bringPorts(uuid, facts, guest);
    };
    try {
      await withLogFields({ instanceUuid: uuid }, () => parts.locks.run(uuid, look));
    } catch (error) {
      if (novaNameOf(error) === 'InstanceNotFound' || kindOf(error) === 'Interrupted') return;
      parts.log.warn('The comparison of an instance with its container failed', { uuid, reason: messageOf(error) });
    }
  }

  /** Unmuting what is not muted does nothing. */
  async #bringPorts(uuid: string, facts: PowerFacts, guest: ContainerSummary | undefined): Promise<void> {
    const { networks, log } = this.sync.parts;
    const verdict = decidePorts({ ...facts, isMuted: true });
    if (verdict !== 'in-order') await networks[verdict](uuid);
    if (guest?.powerState !== POWER_STATE.RUNNING) return;
    await networks.checkHeld(uuid, guest.containerId).catch((error: unknown) => {
      log.error('A container runs without the ports of its server', { error });
    });
  }

  #conductor(): Conductor {
    const { parts, ownContext, signal } = this.sync;
    return parts.conductorFor(ownContext(), { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs });
  }

  #operation(instance: Instance): InstanceOperation {
    const { parts, ownContext, signal } = this.sync;
    const work = { parts, context: ownContext(), signal, patienceMs: parts.settings.rpcResponseTimeoutMs };
    return ownOperation(work, 'power_sync', instance);
  }

  #factsOf(instance: Instance, { guest, own }: Standing): PowerFacts {
    return {
      vmState: instance.get('vm_state') as VmState,
      task: instance.get('task_state') as Task,
      recorded: instance.get('power_state'),
      guest: guest?.powerState ?? 'missing',
      ownRuns: own?.powerState === POWER_STATE.RUNNING,
      engineTookIt: guest !== undefined && this.#wentDown.has(guest.containerId),
    };
  }
}

interface Standing {
  /** The container that the server is at present, and its own. */
  readonly guest: ContainerSummary | undefined;
  readonly own: ContainerSummary | undefined;
}

/** The container that the server is at present. */
function keyOf(instance: Instance): ContainerKey {
  return instance.get('vm_state') === 'rescued' ? { ...mainOf(instance), role: 'rescue' } : mainOf(instance);
}

function mainOf(instance: Instance): ContainerKey {
  return { instanceUuid: instance.get('uuid'), role: 'main' };
}

function nameOf({ instanceUuid, role }: ContainerKey): string {
  return `${instanceUuid} ${role}`;
}
