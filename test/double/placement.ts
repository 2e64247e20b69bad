import { ServiceError } from '../../src/errors/kinds.js';
import type { Inventories, Provider, Providers } from '../../src/openstack/placement.js';

/** Placement's rules about providers, in memory: generations, names, and what is known. Counts what it was asked. */
export interface PlacementDouble extends Providers {
  readonly asked: string[];
  readonly stored: Map<string, StoredProvider>;
  /** Runs before the next write: what another writer does in between. */
  meddle: (() => void) | undefined;
  /** Standard traits that it knows. */
  readonly standard: Set<string>;
}

export interface StoredProvider {
  name: string;
  generation: number;
  inventories: Inventories;
  traits: readonly string[];
  /** What instances hold; an inventory may not go below. */
  used: Readonly<Record<string, number>>;
}

export function placementDouble(standard: readonly string[]): PlacementDouble {
  const stored = new Map<string, StoredProvider>();
  const asked: string[] = [];
  const custom = new Set<string>();
  const known = new Set(standard);
  const find = (uuid: string): StoredProvider => {
    const provider = stored.get(uuid);
    if (provider === undefined) throw new ServiceError('NotFound', `No resource provider ${uuid}`);
    return provider;
  };
  const record = (uuid: string): Provider => ({ uuid, name: find(uuid).name, generation: find(uuid).generation });
  const write = (uuid: string, generation: number, change: (provider: StoredProvider) => void): StoredProvider => {
    const { meddle } = double;
    double.meddle = undefined;
    meddle?.();
    const provider = find(uuid);
    if (provider.generation !== generation) {
      throw new ServiceError('Conflict', 'generation', { facts: { code: 'placement.concurrent_update' } });
    }
    change(provider);
    provider.generation += 1;
    return provider;
  };
  const ask = <T>(name: string, work: () => T): Promise<T> => {
    asked.push(name);
    return new Promise((resolve) => resolve(work()));
  };
  const double: PlacementDouble = {
    asked,
    stored,
    meddle: undefined,
    standard: known,
    get: (uuid) => ask('get', () => (stored.has(uuid) ? record(uuid) : undefined)),
    byName: (name) =>
      ask('byName', () => {
        const uuid = [...stored].find(([, provider]) => provider.name === name)?.[0];
        return uuid === undefined ? undefined : record(uuid);
      }),
    create: (uuid, name) =>
      ask('create', () => {
        const taken = stored.has(uuid) || [...stored.values()].some((provider) => provider.name === name);
        if (taken) throw new ServiceError('Conflict', 'taken', { facts: { code: 'placement.duplicate_name' } });
        stored.set(uuid, { name, generation: 0, inventories: {}, traits: [], used: {} });
        return record(uuid);
      }),
    remove: (uuid) => ask('remove', () => void stored.delete(uuid)),
    inventories: (uuid) =>
      ask('inventories', () => ({ generation: find(uuid).generation, value: find(uuid).inventories })),
    putInventories: (uuid, { generation, value }) =>
      ask('putInventories', () => {
        const provider = write(uuid, generation, (one) => {
          const short = Object.entries(one.used).some(([name]) => value[name] === undefined);
          if (short) throw new ServiceError('Conflict', 'in use', { facts: { code: 'placement.inventory.inuse' } });
          one.inventories = value;
        });
        return { generation: provider.generation, value: provider.inventories };
      }),
    traits: (uuid) => ask('traits', () => ({ generation: find(uuid).generation, value: find(uuid).traits })),
    putTraits: (uuid, { generation, value }) =>
      ask('putTraits', () => {
        const strange = value.filter((trait) => !known.has(trait) && !custom.has(trait));
        if (strange.length > 0) throw new ServiceError('Invalid', `No such trait ${strange.join()}`);
        const provider = write(uuid, generation, (one) => (one.traits = value));
        return { generation: provider.generation, value: provider.traits };
      }),
    aggregates: (uuid) => ask('aggregates', () => ({ generation: find(uuid).generation, value: [] })),
    ensureTraits: (names) =>
      ask('ensureTraits', () => {
        for (const name of names) if (name.startsWith('CUSTOM_')) custom.add(name);
        return names.filter((name) => known.has(name) || custom.has(name));
      }),
    ensureResourceClass: () => ask('ensureResourceClass', () => {}),
  };
  return double;
}
