import type { ManagerParts } from '../../../../src/compute/operation.js';
import {
  POWER_STATE,
  type ContainerKey,
  type Containers,
  type ContainerState,
  type PowerState,
} from '../../../../src/compute/ports/containers.js';
import type { Conductor, SaveOptions } from '../../../../src/compute/ports/conductor.js';
import type { FieldName, FieldsOf, Instance } from '../../../../src/objects/index.js';
import { containerState, HOST, makeInstance, novaError, PROVIDER, UUID } from '../parts.js';

type Row = Partial<FieldsOf<'Instance'>>;

/** What a process of the service asks, all of it. */
export type Ports = Pick<
  ManagerParts,
  'containers' | 'disks' | 'images' | 'library' | 'networks' | 'allocations' | 'cpus' | 'folders'
> & { readonly conductor: Conductor };

/** How the world is before a request. */
export interface Before {
  readonly row: Row;
  /** The server's container; absent: none. */
  readonly power?: PowerState;
}

/** Fields of the row that tell where a server has got to. */
const TOLD: readonly FieldName<'Instance'>[] = [
  'vm_state',
  'task_state',
  'power_state',
  'host',
  'node',
  'metadata',
  'system_metadata',
];

interface Guest {
  readonly key: ContainerKey;
  power: PowerState;
  /** Whether it stood there before the request. */
  readonly age: 'old' | 'new';
}

/** What lasts when a service is killed: Nova's records, containers, and things on the host, of one server. */
export class World {
  readonly #row: Map<string, unknown>;
  #isDeleted = false;
  readonly #containers = new Map<string, Guest>();
  readonly #held = new Set<string>();
  readonly #events = new Map<string, string>();
  readonly #passwords: string[] = [];
  #faults = 0;

  constructor({ row, power }: Before) {
    const instance = makeInstance(row);
    this.#row = new Map(Object.keys(TOLD_AND_SENT).map((field) => [field, instance.peekUntyped(field)]));
    for (const [field, value] of Object.entries(row)) this.#row.set(field, value);
    this.#held.add('allocation');
    if (power === undefined) return;
    this.#containers.set('main', { key: { instanceUuid: UUID, role: 'main' }, power, age: 'old' });
    this.#held.add('ports');
  }

  /** The row as conductor gives it. Throws InstanceNotFound for a deleted one. */
  instance(): Instance {
    if (this.#isDeleted) throw novaError('InstanceNotFound');
    return makeInstance(Object.fromEntries(this.#row));
  }

  /** All of it that somebody could see. */
  seen(): object {
    return {
      row: this.#isDeleted ? 'deleted' : Object.fromEntries(TOLD.map((field) => [field, this.#row.get(field) ?? null])),
      containers: [...this.#containers.values()].map(({ key, power, age }) => `${age} ${key.role} ${power}`).sort(),
      held: [...this.#held].sort(),
      events: [...this.#events].map(([name, result]) => `${name} ${result}`).sort(),
      passwords: [...new Set(this.#passwords)],
      faults: this.#faults,
    };
  }

  /** The ports of a process that works on this world. What the world does not keep is as in `base`. */
  ports(base: Ports): Ports {
    return { ...base, ...this.#engine(base), ...this.#host(base), conductor: this.#records(base.conductor) };
  }

  #records(conductor: Conductor): Conductor {
    const here = (): readonly Instance[] => (this.#isHere() ? [this.instance()] : []);
    const instances: Conductor['instances'] = {
      ...conductor.instances,
      get: async () => Promise.resolve(this.instance()),
      onHost: () => Promise.resolve(here()),
      uuidsOnHost: () => Promise.resolve(here().map((one) => one.get('uuid'))),
      save: (instance, options) => this.#save(instance, options),
      destroy: () => act(() => (this.#isDeleted = true)),
    };
    const events: Conductor['events'] = {
      ...conductor.events,
      start: (_uuid, name) => act(() => this.#events.set(name, 'started')),
      finish: (_uuid, name, failure) => act(() => this.#events.set(name, failure === undefined ? 'Success' : 'Error')),
      isFinished: (_uuid, name) => {
        const result = this.#events.get(name);
        return Promise.resolve(result === undefined ? undefined : result !== 'started');
      },
    };
    return { ...conductor, instances, events, createFault: () => act(() => (this.#faults += 1)) };
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

  #engine(base: Ports): Pick<Ports, 'containers'> {
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
      create: ({ key }) => {
        if (of(key) === undefined) this.#containers.set(key.role, { key, power: SHUTDOWN, age: 'new' });
        return Promise.resolve(state(key) ?? containerState(SHUTDOWN));
      },
      start: change(RUNNING, [SHUTDOWN, RUNNING]),
      pause: change(PAUSED, [RUNNING, PAUSED]),
      unpause: change(RUNNING, [PAUSED, RUNNING]),
      stop: (key) => (of(key) === undefined ? Promise.resolve() : change(SHUTDOWN, [RUNNING, PAUSED, SHUTDOWN])(key)),
      remove: ({ role }) => act(() => this.#containers.delete(role)),
      state: (key) => Promise.resolve(state(key)),
      states: () => Promise.resolve([...this.#containers.values()].flatMap(({ key }) => state(key) ?? [])),
      runInside: (_key, { input = '' }) => {
        this.#passwords.push(input);
        return Promise.resolve({ exitCode: 0, output: '' });
      },
    };
    return { containers };
  }

  #host(base: Ports): Omit<Ports, 'containers' | 'conductor' | 'images'> {
    const disk = { key: { instanceUuid: UUID, purpose: 'image-2' }, sizeBytes: 1 };
    const held = (what: string): boolean => this.#held.has(what);
    return {
      allocations: {
        ...base.allocations,
        of: () => Promise.resolve(held('allocation') ? new Map([[PROVIDER, { VCPU: 1 }]]) : new Map()),
        remove: () => this.#drop('allocation'),
      },
      networks: {
        ...base.networks,
        allocate: () => this.#take('ports', []),
        deallocate: () => this.#drop('ports'),
        plug: () => this.#take('ports', undefined),
        unplug: () => this.#drop('ports'),
        held: () => Promise.resolve(held('ports') ? [UUID] : []),
      },
      cpus: { ...base.cpus, reserve: () => this.#take('cpus', [2, 3]), release: () => this.#drop('cpus') },
      folders: { ...base.folders, remove: () => this.#drop('folder') },
      disks: { ...base.disks, take: () => this.#take('disk', disk), drop: () => this.#drop('disk') },
      library: {
        ...base.library,
        upload: () => this.#take('image', undefined),
        remove: () => this.#drop('image'),
        show: () => Promise.resolve({ ...IMAGE, status: held('image') ? 'active' : 'queued' }),
      },
    };
  }

  #isHere(): boolean {
    return !this.#isDeleted && this.#row.get('host') === HOST;
  }

  #take<T>(what: string, result: T): Promise<T> {
    this.#held.add(what);
    return Promise.resolve(result);
  }

  #drop(what: string): Promise<void> {
    this.#held.delete(what);
    return Promise.resolve();
  }
}

/** The image that a server is made into. */
const IMAGE = {
  id: 'image-2',
  name: 'snapshot',
  containerFormat: 'docker',
  diskFormat: 'raw',
  sizeBytes: null,
  hashAlgo: null,
  hashValue: null,
  checksum: null,
  properties: {},
};

/** Does it and gives nothing back. */
function act(work: () => unknown): Promise<void> {
  work();
  return Promise.resolve();
}

/** What of a fresh instance a row begins with. */
const TOLD_AND_SENT = Object.fromEntries(TOLD.map((field) => [field, true]));
