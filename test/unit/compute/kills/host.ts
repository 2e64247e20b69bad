import { Readable } from 'node:stream';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type Vif } from '../../../../src/objects/index.js';
import { memoryImageId } from '../../../../src/compute/verbs/live-migration/migration.js';
import { novaError, PROVIDER, UUID } from '../parts.js';
import type { Ports } from './world.js';

export const MIGRATION_UUID = '44444444-4444-4444-8444-444444444444';

/** Things that are there or not: on the host, in Placement, Neutron and Glance. */
export class Held {
  readonly #names = new Set<string>();

  has(what: string): boolean {
    return this.#names.has(what);
  }

  add(what: string): void {
    this.#names.add(what);
  }

  list(): readonly string[] {
    return [...this.#names].sort();
  }

  take<T>(what: string, result: T): Promise<T> {
    this.#names.add(what);
    return Promise.resolve(result);
  }

  drop(...all: readonly string[]): Promise<void> {
    for (const what of all) this.#names.delete(what);
    return Promise.resolve();
  }
}

/** A process's hold on the start of its new server: gone with the process, and then a start that waits is refused. */
export class Hold {
  #waiting: ((word: 'go' | 'no') => void)[] | undefined;

  begin(): void {
    this.#waiting = [];
  }

  forget(): void {
    this.#waiting = undefined;
  }

  tell(word: 'go' | 'no'): void {
    for (const told of this.#waiting ?? []) told(word);
    this.#waiting = undefined;
  }

  /** Rejects where the start is refused. */
  async wait(): Promise<void> {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if ((await new Promise((resolve) => waiting.push(resolve))) === 'no') throw novaError('PortsRefused');
  }
}

type Rooms = 'disks' | 'library' | 'networks' | 'allocations' | 'cpus' | 'folders' | 'volumes';

/** What is there, and what a process has under way. `runs`: whether a container does. */
export interface Things {
  readonly held: Held;
  readonly hold: Hold;
  readonly runs: (role: 'main' | 'rescue') => boolean;
}

/** What of a host and of the services around it the things that are held show. */
export function hostPorts(base: Ports, things: Things): Pick<Ports, Rooms> {
  const { held, runs } = things;
  return {
    allocations: allocationsOf(base, held),
    networks: networksOf(base, things),
    cpus: { ...base.cpus, reserve: () => held.take('cpus', [2, 3]), release: () => held.drop('cpus') },
    folders: { ...base.folders, remove: () => held.drop('folder') },
    disks: disksOf(base, held, runs),
    library: libraryOf(base, held),
    volumes: { release: () => held.drop('volume') },
  };
}

function allocationsOf(base: Ports, held: Held): Ports['allocations'] {
  const name = (consumer: string): string => (consumer === UUID ? 'allocation' : 'allocation of the migration');
  return {
    ...base.allocations,
    of: (consumer) => Promise.resolve(held.has(name(consumer)) ? new Map([[PROVIDER, { VCPU: 1 }]]) : new Map()),
    remove: (consumer) => held.drop(name(consumer)),
    removeFrom: () => held.drop('allocation here'),
    move: async (from, to) => {
      if (!held.has(name(from))) return;
      await held.drop(name(from));
      held.add(name(to));
    },
  };
}

function networksOf(base: Ports, { held, hold }: Things): Ports['networks'] {
  return {
    ...base.networks,
    holdStart: async () => {
      await held.take('ports', undefined);
      hold.begin();
      return true;
    },
    allowStart: () => Promise.resolve(hold.forget()),
    letStart: () => Promise.resolve(hold.tell('go')),
    refuseStart: () => Promise.resolve(hold.tell('no')),
    allocate: () => held.take('ports', []),
    deallocate: () => held.drop('ports', 'muted'),
    bind: () => held.take('ports bound here', []),
    bindTo: () => held.drop('ports bound here'),
    takeOver: () => held.take('ports bound here', []),
    plug: () => held.take('ports', undefined),
    unplug: () => held.drop('ports', 'muted'),
    mute: () => held.take('muted', undefined),
    unmute: () => held.drop('muted'),
    muted: () => Promise.resolve(held.has('muted') ? [UUID] : []),
    held: () => Promise.resolve(held.has('ports') ? [UUID] : []),
    detach: () => (held.has('one more port') ? held.drop('one more port') : Promise.reject(novaError('PortNotFound'))),
    refresh: () => Promise.resolve([vifWith(held.list().filter((what) => what.startsWith('address')))]),
    addFixedIp: () =>
      held.take(`address ${held.list().filter((what) => what.startsWith('address')).length}`, undefined),
    removeFixedIp: () =>
      held.has('one more address')
        ? held.drop('one more address')
        : Promise.reject(novaError('FixedIpNotFoundForInstance')),
  };
}

/** A port of the network that all addresses are of. */
export function vifWith(addresses: readonly string[]): Vif {
  const ips = addresses.map((address) => ({ address }));
  return { id: UUID, network: { id: 'network-1', subnets: [{ ips }] } } as unknown as Vif;
}

/** As strict as an engine may be about a disk that two containers could write to. */
function disksOf(base: Ports, held: Held, runs: (role: 'main' | 'rescue') => boolean): Ports['disks'] {
  const disk = { key: { instanceUuid: UUID, purpose: 'image-2' }, sizeBytes: 1 };
  const inUse = (): Promise<never> => Promise.reject(new ServiceError('Conflict', 'The disk is in use.'));
  return {
    ...base.disks,
    take: () => held.take('disk', disk),
    drop: () => held.drop('disk'),
    checkExposable: () => (held.has('ports') ? Promise.resolve() : Promise.reject(novaError('InstanceNotRescuable'))),
    expose: () => (runs('main') ? inUse() : held.take('exposed disk', [])),
    conceal: () => (runs('rescue') ? inUse() : held.drop('exposed disk')),
  };
}

const MEMORY = memoryImageId(create('Migration', { uuid: MIGRATION_UUID }));

/** One image of a disk at a time is made, and one of memory; their records are nova-api's, but for those of a move. */
function libraryOf(base: Ports, held: Held): Ports['library'] {
  const refuse = (kind: 'NotFound' | 'Conflict'): Promise<never> =>
    Promise.reject(new ServiceError(kind, 'The image is not as it has to be.'));
  const nameOf = (id: string): string => (id === MEMORY ? 'image of memory' : 'image');
  const isOfMove = (id: string): boolean => id === MIGRATION_UUID || id === MEMORY;
  const isThere = (id: string): boolean => !isOfMove(id) || held.has(`${nameOf(id)} record`) || held.has(nameOf(id));
  return {
    ...base.library,
    create: ({ id }) => (held.has(nameOf(id)) ? Promise.resolve() : held.take(`${nameOf(id)} record`, undefined)),
    upload: (id) => {
      if (held.has(nameOf(id))) return refuse('Conflict');
      return isThere(id) ? held.take(nameOf(id), undefined) : refuse('NotFound');
    },
    download: (id) => (held.has(nameOf(id)) ? Promise.resolve(Readable.from([])) : refuse('NotFound')),
    remove: (id) => held.drop(nameOf(id), `${nameOf(id)} record`),
    show: (id) => {
      if (!isThere(id)) return refuse('NotFound');
      return Promise.resolve({ ...IMAGE, id, status: held.has(nameOf(id)) ? 'active' : 'queued' });
    },
  };
}

const IMAGE = {
  name: 'snapshot',
  containerFormat: 'docker',
  diskFormat: 'raw',
  sizeBytes: null,
  hashAlgo: null,
  hashValue: null,
  checksum: null,
  properties: {},
};
