import { initHost } from '../../../../src/compute/recovery/init-host.js';
import { createHandlers } from '../../../../src/compute/manager.js';
import type { ManagerParts } from '../../../../src/compute/operation.js';
import { PowerSync } from '../../../../src/compute/power/power-sync.js';
import { createLimit } from '../../../../src/compute/limits.js';
import { KeyedLocks } from '../../../../src/compute/locks.js';
import type { Conductor } from '../../../../src/compute/ports/conductor.js';
import { Deaths } from '../../../../src/compute/power/deaths.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { RunningWork } from '../../../../src/compute/running.js';
import { Departures } from '../../../../src/compute/verbs/live-migration/departures.js';
import { EventWaiters } from '../../../../src/compute/waiters.js';
import { makeRequest, UUID, type fakeParts } from '../parts.js';
import type { Ports, World } from './world.js';

/** At which call a process is killed, and whether the call had reached the other side. */
export interface Kill {
  readonly nth: number;
  readonly when: 'before' | 'after';
}

/** Methods of ports that ask nobody outside. */
const INSIDE: ReadonlySet<string> = new Set([
  ...['awaited', 'guestFiles', 'driveFile', 'contentFiles', 'archive', 'uuid', 'usageChanged', 'buildEnded', 'watch'],
]);

const GATED: ReadonlySet<string> = new Set([
  ...[
    'containers',
    'disks',
    'images',
    'library',
    'networks',
    'allocations',
    'cpus',
    'folders',
    'volumes',
    'checkpoints',
  ],
]);

/** What dies with a process. */
function ownThings() {
  return {
    locks: new KeyedLocks(),
    running: new RunningWork(),
    departures: new Departures(),
    waiters: new EventWaiters(),
    deaths: new Deaths(),
    limits: { builds: createLimit(10), snapshots: createLimit(5), liveMigrations: createLimit(1) },
  };
}

/** Parts that are made once: making them takes longer than a verb. */
export type Base = Pick<ReturnType<typeof fakeParts>, 'parts' | 'conductor'>;

type Method = (...args: readonly unknown[]) => unknown;

/**
 * A process at work on a world. Killed at a call, it never comes back from that one or from any other, which is all
 * that the world sees of a SIGKILL.
 */
export class Process {
  /** `containers.start`: the calls to the outside that came, in order. */
  readonly calls: string[] = [];
  readonly killed: Promise<'killed'>;
  #die: (word: 'killed') => void = () => undefined;
  #isDead = false;
  readonly #parts: ManagerParts;

  constructor(
    private readonly world: World,
    base: Base,
    private readonly kill?: Kill,
  ) {
    this.killed = new Promise((resolve) => (this.#die = resolve));
    this.#parts = this.#wired(base.parts, world.ports({ ...base.parts, conductor: base.conductor }));
  }

  /** What the service does at its start, before it takes requests. */
  async start(resumed: ReadonlySet<string>): Promise<void> {
    const { signal } = new AbortController();
    const parts = this.#parts;
    const { context } = makeRequest('init', {});
    await initHost({ parts, handlers: createHandlers(parts), context, resumed, signal });
    const followsEvents = (): boolean => true;
    const sync = new PowerSync({ parts, ownContext: () => context, debounceMs: 0, followsEvents, signal });
    await sync.compareAtStart(true);
  }

  /** Takes what is in the inbox, one after the other, until nothing is left. Gives how many failed. */
  async work({ inbox }: World = this.world): Promise<number> {
    let failures = 0;
    const handlers = createHandlers(this.#parts);
    for (let next = inbox.next(); next !== undefined; next = inbox.next()) {
      const { message, attempt } = next;
      const { method, uniqueId } = message;
      const request = makeRequest(method, message.args(), { attempt, uniqueId });
      await handlers
        .get(method)?.(request)
        .catch(() => (failures += 1));
      inbox.ended();
    }
    return failures;
  }

  #wired(parts: ManagerParts, { conductor, ...rooms }: Ports): ManagerParts {
    const records = Object.entries(conductor).map(([name, port]) => [
      name,
      typeof port === 'function' ? this.#call(name, port as Method) : this.#gated(name, port as object),
    ]);
    const gated = Object.fromEntries(records) as Conductor;
    return { ...parts, ...this.#gatedRooms(rooms), ...ownThings(), conductorFor: () => gated };
  }

  #gatedRooms<T extends object>(rooms: T): T {
    const gated = Object.entries(rooms).map(([name, port]) => {
      return [name, GATED.has(name) ? this.#gated(name, port as object) : (port as unknown)];
    });
    return Object.fromEntries(gated) as T;
  }

  #gated<T extends object>(name: string, port: T): T {
    const methods = Object.entries(port).map(([method, work]) => [
      method,
      INSIDE.has(method) ? (work as unknown) : this.#call(`${name}.${method}`, work as Method),
    ]);
    return Object.fromEntries(methods) as T;
  }

  #call(name: string, work: Method): Method {
    return async (...args) => {
      const nth = this.calls.push(name) - 1;
      await this.#gate({ nth, when: 'before' });
      if (name === this.world.fails) throw new ServiceError('Invalid', 'It is not to be.');
      if (this.world.isAway(name)) throw new ServiceError('Unavailable', 'Nobody answers.');
      const result: unknown = await work(...args);
      await this.#gate({ nth, when: 'after' });
      return result;
    };
  }

  async #gate({ nth, when }: Kill): Promise<void> {
    if (nth === this.kill?.nth && when === this.kill.when) {
      this.#isDead = true;
      this.#die('killed');
    }
    if (this.#isDead) await new Promise(() => undefined);
  }
}

/** A request is in the inbox of the next process until its work has ended. */
export const IN_INBOX: ReadonlySet<string> = new Set([UUID]);
