import { codeOf } from './failures.js';
import type { RestAnswer, RestCall } from './call.js';
import type { Session } from './session.js';
import { numberIn, objectIn, objectsIn, textIn, textsIn, type Json } from './shape.js';

/** A resource provider: for us the compute node. */
export interface Provider {
  readonly uuid: string;
  readonly name: string;
  /** Grows with every change; a write must name the one it is based on. */
  readonly generation: number;
}

/** What a provider has of one resource class. */
export interface Inventory {
  /** Never 0: a class without anything is left out. */
  readonly total: number;
  readonly reserved: number;
  readonly min_unit: number;
  readonly max_unit: number;
  readonly step_size: number;
  readonly allocation_ratio: number;
}

/** Inventory by resource class. */
export type Inventories = Readonly<Record<string, Inventory>>;

export interface Generational<T> {
  readonly generation: number;
  readonly value: T;
}

/**
 * Placement's API as far as a compute service needs it (nova/scheduler/client/report.py, release 26), spoken as the
 * service user. Writes throw Conflict when the generation is not the current one (`isConcurrentUpdate`).
 */
export interface Providers {
  /** The provider, or undefined when there is none. */
  get(uuid: string): Promise<Provider | undefined>;
  byName(name: string): Promise<Provider | undefined>;
  /** Throws Conflict when the uuid or the name is taken. */
  create(uuid: string, name: string): Promise<Provider>;
  remove(uuid: string): Promise<void>;
  inventories(uuid: string): Promise<Generational<Inventories>>;
  putInventories(uuid: string, wanted: Generational<Inventories>): Promise<Generational<Inventories>>;
  traits(uuid: string): Promise<Generational<readonly string[]>>;
  /** All of them must be known to Placement. */
  putTraits(uuid: string, wanted: Generational<readonly string[]>): Promise<Generational<readonly string[]>>;
  aggregates(uuid: string): Promise<Generational<readonly string[]>>;
  /** Those of the names that Placement knows, after it has been told the `CUSTOM_` ones. */
  ensureTraits(names: readonly string[]): Promise<readonly string[]>;
  ensureResourceClass(name: string): Promise<void>;
}

/** True for a write that was based on an outdated generation. */
export function isConcurrentUpdate(error: unknown): boolean {
  return codeOf(error) === 'placement.concurrent_update';
}

/** True for an inventory that was cut under what is allocated from it. */
export function isInventoryInUse(error: unknown): boolean {
  return codeOf(error) === 'placement.inventory.inuse';
}

/**
 * Every call asks for this microversion, which Placement has since 2018. Nova 26 asks for older ones here and there,
 * but refusals carry a code only since 1.23, and a text is nothing to decide by.
 */
const PLACEMENT_VERSION: Readonly<Record<string, string>> = { 'OpenStack-API-Version': 'placement 1.28' };

/** Placement's resource providers. */
export function createProviders(session: Session): Providers {
  return { ...recordCalls(session), ...inventoryCalls(session), ...traitCalls(session) };
}

function recordCalls(session: Session): Pick<Providers, 'get' | 'byName' | 'create' | 'remove'> {
  const list = async (name: string, query: string): Promise<readonly Provider[]> => {
    const answer = await callPlacement(session, { name, method: 'GET', path: `/resource_providers?${query}` });
    return objectsIn(objectIn(answer.body, name)['resource_providers'], name).map((item) => providerIn(item, name));
  };
  return {
    get: async (uuid) =>
      (await list('provider.get', `in_tree=${encodeURIComponent(uuid)}`)).find((provider) => provider.uuid === uuid),
    byName: async (name) => (await list('provider.byName', `name=${encodeURIComponent(name)}`))[0],
    create: async (uuid, name) => {
      // Said twice it is refused because the uuid is taken, which the caller resolves by reading: no harm.
      const request = { name: 'provider.create', method: 'POST', path: '/resource_providers' } as const;
      const answer = await callPlacement(session, { ...request, body: { uuid, name }, repeatable: true });
      return providerIn(objectIn(answer.body, request.name), request.name);
    },
    remove: async (uuid) => {
      const path = `/resource_providers/${encodeURIComponent(uuid)}`;
      await callPlacement(session, { name: 'provider.remove', method: 'DELETE', path, accept: [404] });
    },
  };
}

function inventoryCalls(session: Session): Pick<Providers, 'inventories' | 'putInventories' | 'ensureResourceClass'> {
  return {
    inventories: async (uuid) => {
      const name = 'inventories.get';
      return inventoriesIn(await callPlacement(session, { name, method: 'GET', path: sub(uuid, 'inventories') }), name);
    },
    putInventories: async (uuid, wanted) => {
      const name = 'inventories.put';
      const body = { resource_provider_generation: wanted.generation, inventories: wanted.value };
      const answer = await callPlacement(session, { name, method: 'PUT', path: sub(uuid, 'inventories'), body });
      return inventoriesIn(answer, name);
    },
    ensureResourceClass: async (name) => {
      const path = `/resource_classes/${encodeURIComponent(name)}`;
      await callPlacement(session, { name: 'class.ensure', method: 'PUT', path });
    },
  };
}

function traitCalls(session: Session): Pick<Providers, 'traits' | 'putTraits' | 'aggregates' | 'ensureTraits'> {
  return {
    traits: async (uuid) => {
      const name = 'traits.get';
      return namesIn(await callPlacement(session, { name, method: 'GET', path: sub(uuid, 'traits') }), 'traits', name);
    },
    putTraits: async (uuid, wanted) => {
      const name = 'traits.put';
      const body = { resource_provider_generation: wanted.generation, traits: wanted.value };
      const answer = await callPlacement(session, { name, method: 'PUT', path: sub(uuid, 'traits'), body });
      return namesIn(answer, 'traits', name);
    },
    aggregates: async (uuid) => {
      const name = 'aggregates.get';
      const answer = await callPlacement(session, { name, method: 'GET', path: sub(uuid, 'aggregates') });
      return namesIn(answer, 'aggregates', name);
    },
    ensureTraits: async (names) => {
      const known = await knownTraits(session, names);
      const missing = names.filter((name) => name.startsWith('CUSTOM_') && !known.includes(name));
      for (const name of missing) {
        const path = `/traits/${encodeURIComponent(name)}`;
        await callPlacement(session, { name: 'trait.ensure', method: 'PUT', path });
      }
      return [...known, ...missing];
    },
  };
}

async function knownTraits(session: Session, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const name = 'traits.known';
  const path = `/traits?name=in:${names.map(encodeURIComponent).join(',')}`;
  const answer = await callPlacement(session, { name, method: 'GET', path });
  return textsIn(objectIn(answer.body, name)['traits'], name);
}

/** A provider with all that are under it; empty when there is none. */
export async function providersInTree(session: Session, root: string): Promise<readonly string[]> {
  const name = 'provider.tree';
  const path = `/resource_providers?in_tree=${encodeURIComponent(root)}`;
  const answer = await callPlacement(session, { name, method: 'GET', path });
  return objectsIn(objectIn(answer.body, name)['resource_providers'], name).map((one) => textIn(one['uuid'], name));
}

/** One call to Placement, in another version than usual where the call says so. */
export async function callPlacement(session: Session, request: RestCall): Promise<RestAnswer> {
  return await session.request({ ...request, headers: { ...PLACEMENT_VERSION, ...request.headers } });
}

function sub(uuid: string, what: string): string {
  return `/resource_providers/${encodeURIComponent(uuid)}/${what}`;
}

function providerIn(item: Json, call: string): Provider {
  return {
    uuid: textIn(item['uuid'], call),
    name: textIn(item['name'], call),
    generation: numberIn(item['generation'], call),
  };
}

function inventoriesIn(answer: RestAnswer, call: string): Generational<Inventories> {
  const body = objectIn(answer.body, call);
  const value = Object.entries(objectIn(body['inventories'], call)).map(([name, item]) => {
    const fields = objectIn(item, call);
    const field = (key: keyof Inventory) => numberIn(fields[key], call);
    const inventory: Inventory = {
      total: field('total'),
      reserved: field('reserved'),
      min_unit: field('min_unit'),
      max_unit: field('max_unit'),
      step_size: field('step_size'),
      allocation_ratio: field('allocation_ratio'),
    };
    return [name, inventory] as const;
  });
  return { generation: numberIn(body['resource_provider_generation'], call), value: Object.fromEntries(value) };
}

function namesIn(answer: RestAnswer, key: string, call: string): Generational<readonly string[]> {
  const body = objectIn(answer.body, call);
  return { generation: numberIn(body['resource_provider_generation'], call), value: textsIn(body[key], call) };
}
