import type { NovaObject } from '../../objects/index.js';

/** One NIC as it was asked for. */
export interface Wish {
  /** A port of the user's; null: one is made. */
  readonly portId: string | null;
  /** Null only for a port, whose network is looked up. */
  readonly networkId: string | null;
  /** Address that the new port shall have. */
  readonly address: string | null;
  readonly tag: string | null;
}

/**
 * What a server's networks shall be: `any` is the one network that the project may use, `auto` likewise, or one that
 * Neutron makes for it.
 */
export type Wishes =
  { readonly kind: 'none' | 'any' | 'auto' } | { readonly kind: 'these'; readonly wishes: readonly Wish[] };

/** Reads a NetworkRequestList 1.1 (nova/objects/network_request.py, release 26). */
export function wishesOf(requested: NovaObject<'NetworkRequestList'> | null): Wishes {
  const requests = requested?.get('objects') ?? [];
  const wishes = requests.map((request) => ({
    portId: request.peek('port_id') ?? null,
    networkId: request.peek('network_id') ?? null,
    address: request.peek('address') ?? null,
    tag: request.peek('tag') ?? null,
  }));
  const [first] = wishes;
  if (first === undefined) return { kind: 'any' };
  if (first.networkId === 'none' || first.networkId === 'auto') return { kind: first.networkId };
  if (wishes.length === 1 && first.portId === null && first.networkId === null) return { kind: 'any' };
  return { kind: 'these', wishes: wishes.filter(({ portId, networkId }) => portId !== null || networkId !== null) };
}
