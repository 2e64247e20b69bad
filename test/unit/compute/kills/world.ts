import type { ManagerParts } from '../../../../src/compute/operation.js';
import {
  POWER_STATE,
  type ContainerKey,
  type Containers,
  type ContainerState,
  type PowerState,
} from '../../../../src/compute/ports/containers.js';
import type { Conductor, PeerCast, SaveOptions } from '../../../../src/compute/ports/conductor.js';
import { type FieldName, type FieldsOf, type Instance, type Migration } from '../../../../src/objects/index.js';
import { LOCAL_IMAGE, USAGE } from './answers.js';
import { makeMigration, type Before, type Guest } from './before.js';
import { containerState, HOST, makeInstance, novaError, UUID } from '../parts.js';
import { checkpointsOf, knowable } from './checkpoints.js';
import { Held, Hold, hostPorts } from './host.js';
import { Inbox, type Message } from './inbox.js';

/** What a process of the service asks, all of it. */
export type Ports = Pick<
  ManagerParts,
  | 'containers'
  | 'disks'
  | 'images'
  | 'library'
  | 'networks'
  | 'allocations'
  | 'cpus'
  | 'folders'
  | 'volumes'
  | 'checkpoints'
> & { readonly conductor: Conductor };

const FORMER = { instanceUuid: UUID, role: 'former' } as const;

/** Fields of the row that tell where a server has got to. */
const TOLD: readonly FieldName<'Instance'>[] = [
  'vm_state',
  'task_state',
  'power_state',
  'host',
  'node',
  'metadata',
  'system_metadata',
  'memory_mb',
];

/** Those of which it is enough to know which one it is. */
const POINTING = ['flavor', 'old_flavor', 'new_flavor', 'migration_context'] as const;

/** What lasts when a service is killed: Nova's records, containers, and things on the host, of one server. */
export class World {
  readonly #row: Map<string, unknown>;
  #isDeleted = false;
  readonly #containers = new Map<string, Guest>();
  readonly #held = new Held();
  readonly #migration: Map<string, unknown> | undefined;
  readonly inbox: Inbox;
  readonly fails: string | undefined;
  readonly #away: string | undefined;
  #unanswered = 0;
  readonly #events = new Map<string, string>();
  readonly #passwords: string[] = [];
  #faults = 0;

  /** `request`: the one that is in the inbox. */
  constructor({ row, power, isRescued = false, hasFormer = false, ...before }: Before, request: Message) {
    const { migration, holds = [], fails, away } = before;
    this.inbox = new Inbox(request);
    this.fails = fails;
    this.#away = away;
    const instance = makeInstance(row);
    const fields = [...new Set([...TOLD, ...Object.keys(row)])].map(
      (field) => [field, instance.peekUntyped(field)] as const,
    );
    this.#row = new Map(fields.filter(([, value]) => value !== undefined));
    this.#migration = migration && new Map(Object.entries(migration));
    for (const one of ['allocation', ...holds]) this.#held.add(one);
    if (migration !== undefined) this.#held.add('allocation of the migration');
    if (power === undefined) return;
    this.#containers.set('main', { key: { instanceUuid: UUID, role: 'main' }, power, age: 'old' });
    this.#held.add('ports');
    if (hasFormer) this.#containers.set('former', { key: { ...FORMER }, power: POWER_STATE.SHUTDOWN, age: 'old' });
    if (!isRescued) return;
    const rescue = { instanceUuid: UUID, role: 'rescue' } as const;
    this.#containers.set('rescue', { key: rescue, power: POWER_STATE.RUNNING, age: 'old' });
    this.#held.add('exposed disk');
  }

  /** The row as conductor gives it. Throws InstanceNotFound for a deleted one. */
  instance(): Instance {
    if (this.#isDeleted) throw novaError('InstanceNotFound');
    return makeInstance(Object.fromEntries(this.#row));
  }

  /** Whether nobody answers this call: whoever is away comes back. */
  isAway(call: string): boolean {
    if (call !== this.#away) return false;
    this.#unanswered += 1;
    return this.#unanswered <= 2;
  }

  /** All of it that somebody could see. */
  seen(): object {
    return {
      row: this.#isDeleted ? 'deleted' : this.#rowSeen(),
      migration: this.#migration && Object.fromEntries(this.#migration),
      sent: this.inbox.sentOut(),
      containers: [...this.#containers.values()]
        .map(({ key, power, age, memoryMb }) => `${age} ${key.role} ${power} ${memoryMb ?? 'unchanged'}`)
        .sort(),
      held: this.#held.list(),
      events: [...this.#events].map(([name, result]) => `${name} ${result}`).sort(),
      passwords: [...new Set(this.#passwords)],
      faults: this.#faults,
    };
  }

  /** The ports of a process that works on this world. What the world does not keep is as in `base`. */
  ports(base: Ports): Ports {
    const hold = new Hold();
    const host = hostPorts(base, { held: this.#held, hold, runs: (role) => this.#runs(role) });
    return {
      ...base,
      ...this.#engine(base, hold),
      ...host,
      disks: { ...host.disks, carry: ({ from, to }) => this.#carry(from, to) },
      checkpoints: checkpointsOf(base, this.#held, this.#containers),
      conductor: this.#records(base.conductor),
    };
  }

  #rowSeen(): object {
    const told = TOLD.map((field) => [field, knowable(this.#row.get(field) ?? null)]);
    const pointing = POINTING.map((field) => {
      const value = this.#row.get(field) as { peekUntyped(name: string): unknown } | null | undefined;
      return [field, value?.peekUntyped(field === 'migration_context' ? 'migration_id' : 'id') ?? null];
    });
    return Object.fromEntries([...told, ...pointing]) as object;
  }

  #migrationNow(): Migration {
    const fields = Object.fromEntries(this.#migration ?? []) as Partial<FieldsOf<'Migration'>>;
    return makeMigration(fields);
  }

  /** As it is at this moment, and as it is found however late. */
  #post(message: PeerCast, uniqueId: string): void {
    const row = Object.fromEntries(this.#row);
    const migration = Object.fromEntries(this.#migration ?? []);
    const args = () => ({ ...message.args, instance: makeInstance(row), migration: makeMigration(migration) });
    this.inbox.post(message.host, { uniqueId, method: message.method, args });
  }

  /** Conductor makes a migration for the next host as soon as it is asked for one. */
  #moves(conductor: Conductor): Pick<Conductor, 'migrations' | 'peers' | 'tasks'> {
    const asked = (): boolean => this.inbox.sentOut().includes('migrate_server to conductor');
    const next = makeMigration({ id: 8, status: 'pre-migrating' });
    return {
      tasks: {
        ...conductor.tasks,
        migrateServer: (args, uniqueId) =>
          act(() => this.inbox.post('conductor', { uniqueId, method: 'migrate_server', args: () => args })),
      },
      migrations: {
        ...conductor.migrations,
        get: () => Promise.resolve(this.#migrationNow()),
        underWay: () => Promise.resolve(asked() ? [next] : []),
        save: (migration) =>
          act(() => {
            for (const field of migration.changes()) this.#migration?.set(field, migration.peekUntyped(field));
            migration.resetChanges();
          }),
      },
      peers: { ...conductor.peers, cast: (message, uniqueId) => act(() => this.#post(message, uniqueId)) },
    };
  }

  #records(conductor: Conductor): Conductor {
    const here = (): readonly Instance[] => (this.#isHere() ? [this.instance()] : []);
    const instances: Conductor['instances'] = {
      ...conductor.instances,
      get: async () => Promise.resolve(this.instance()),
      onHost: () => Promise.resolve(here()),
      find: () => Promise.resolve(this.#isDeleted ? [] : [this.instance()]),
      uuidsOnHost: () => Promise.resolve(here().map((one) => one.get('uuid'))),
      save: (instance, options) => this.#save(instance, options),
      destroy: () => act(() => (this.#isDeleted = true)),
    };
    const events: Conductor['events'] = {
      ...conductor.events,
      start: (_uuid, name) => act(() => this.#events.set(name, 'started')),
      finish: (_uuid, name, failure) => act(() => this.#events.set(name, failure === undefined ? 'Success' : 'Error')),
      hasFailed: (_uuid, name) => Promise.resolve(this.#events.get(name) === 'Error'),
      isFinished: (_uuid, name) => {
        const result = this.#events.get(name);
        return Promise.resolve(result === undefined ? undefined : result !== 'started');
      },
    };
    const moves = this.#moves(conductor);
    return { ...conductor, ...moves, instances, events, createFault: () => act(() => (this.#faults += 1)) };
  }

  async #save(instance: Instance, options: SaveOptions = {}): Promise<void> {
    const changes = instance.changes();
    if (changes.length === 0) return Promise.resolve();
    if (this.#isDeleted) throw novaError('InstanceNotFound');
    const { expectedTask, expectedVmState } = options;
    const isAmong = (states: readonly unknown[] | undefined, field: string): boolean =>
      states === undefined || states.includes(this.#row.get(field));
    if (!isAmong(expectedTask, 'task_state')) throw novaError('UnexpectedTaskStateError');
    if (!isAmong(expectedVmState, 'vm_state')) throw novaError('UnexpectedVMStateError');
    for (const field of changes) this.#row.set(field, instance.peekUntyped(field));
    instance.resetChanges();
  }

  #engine(base: Ports, hold: Hold): Pick<Ports, 'containers'> {
    const of = ({ role }: ContainerKey) => this.#containers.get(role);
    const state = (key: ContainerKey): ContainerState | undefined => {
      const found = of(key);
      return found && { ...containerState(found.power), key };
    };
    const change = (power: PowerState, from: readonly PowerState[]) => (key: ContainerKey) => {
      const found = of(key);
      if (found === undefined || !from.includes(found.power)) return Promise.reject(novaError('InstanceNotFound'));
      return act(() => (found.power = power));
    };
    const { RUNNING, PAUSED, SHUTDOWN } = POWER_STATE;
    const containers: Containers = {
      ...base.containers,
      create: ({ key, instance: { flavor } }) => {
        const another = key.role === 'incoming' ? { isEmpty: true, memoryMb: flavor.memoryMb } : {};
        if (of(key) === undefined) this.#containers.set(key.role, { key, power: SHUTDOWN, age: 'new', ...another });
        return Promise.resolve(state(key) ?? containerState(SHUTDOWN));
      },
      start: async (key) => {
        await hold.wait();
        const isTaken = key.role === 'main' && this.#held.has('exposed disk');
        return isTaken || of(key)?.isEmpty === true || this.#runsAside()
          ? Promise.reject(novaError('DiskInUse'))
          : change(RUNNING, [SHUTDOWN, RUNNING])(key).then(() => 'c1');
      },
      limit: (key, { instance }) => act(() => ((of(key) as Guest).memoryMb = instance.flavor.memoryMb)),
      usage: () => Promise.resolve(USAGE),
      pause: change(PAUSED, [RUNNING, PAUSED]),
      unpause: change(RUNNING, [PAUSED, RUNNING]),
      stop: (key) => (of(key) === undefined ? Promise.resolve() : change(SHUTDOWN, [RUNNING, PAUSED, SHUTDOWN])(key)),
      remove: ({ role }) => act(() => this.#containers.delete(role)),
      rename: (from, to) => this.#rename(from, to),
      making: () => Promise.resolve({ image: LOCAL_IMAGE, files: [] }),
      state: (key) => Promise.resolve(state(key)),
      states: () => Promise.resolve([...this.#containers.values()].flatMap(({ key }) => state(key) ?? [])),
      // A frozen one gets it when it is thawed.
      signal: (key) => change(of(key)?.power ?? RUNNING, [RUNNING, PAUSED])(key),
      runInside: (_key, { input = '' }) => {
        this.#passwords.push(input);
        return Promise.resolve({ exitCode: 0, output: '' });
      },
    };
    return { containers };
  }

  #runs(role: 'main' | 'rescue'): boolean {
    const power = this.#containers.get(role)?.power;
    return power === POWER_STATE.RUNNING || power === POWER_STATE.PAUSED;
  }

  /** Two containers of one server must not run. */
  #runsAside(): boolean {
    return ['former', 'incoming'].some((role) => this.#containers.get(role)?.power === POWER_STATE.RUNNING);
  }

  #rename({ role }: ContainerKey, to: ContainerKey): Promise<void> {
    const found = this.#containers.get(role);
    if (found === undefined || this.#containers.has(to.role)) return Promise.reject(novaError('NameTaken'));
    this.#containers.delete(role);
    this.#containers.set(to.role, { ...found, key: to });
    return Promise.resolve();
  }

  #carry({ role }: ContainerKey, to: ContainerKey): Promise<void> {
    const [from, into] = [this.#containers.get(role), this.#containers.get(to.role)];
    const isStill = from?.power === POWER_STATE.SHUTDOWN && into?.power === POWER_STATE.SHUTDOWN;
    if (!isStill) return Promise.reject(novaError('DiskInUse'));
    into.isEmpty = false;
    return Promise.resolve();
  }

  #isHere(): boolean {
    return !this.#isDeleted && this.#row.get('host') === HOST;
  }
}

/** Does it and gives nothing back. */
function act(work: () => unknown): Promise<void> {
  work();
  return Promise.resolve();
}
