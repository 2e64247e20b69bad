import type { Resources } from '../../compute/ports/placement.js';
import type { NeutronPort } from '../../openstack/neutron-records.js';
import type { Share } from '../../openstack/shares.js';

/** Arithmetic with what ports hold in Placement, as parts of what their instance holds there. */

/**
 * What a port holds: what it asks for, of the providers that its binding names. A policy that came to a bound port later
 * has no providers there, and holds nothing.
 */
export function shareOf(port: NeutronPort): Share {
  const { resourceRequest: request, profile } = port;
  const said = profile['allocation'];
  const parts = (request?.groups ?? []).flatMap(({ id, resources }): Share[] => {
    const provider = request?.hasGroups === true ? providerOf(said, id) : said;
    return typeof provider === 'string' ? [new Map([[provider, resources]])] : [];
  });
  return parts.reduce<Share>(plus, new Map());
}

function providerOf(said: unknown, group: string): unknown {
  return typeof said === 'object' && said !== null ? (said as Record<string, unknown>)[group] : undefined;
}

/** The providers that the `allocation` of a binding names. */
export function providersIn(said: unknown): readonly string[] {
  const all = typeof said === 'object' && said !== null ? Object.values(said) : [said];
  return [...new Set(all.filter((one) => typeof one === 'string'))];
}

export function plus(held: Share, more: Share): Share {
  const sum = new Map(held);
  for (const [provider, resources] of more) {
    const before = sum.get(provider) ?? {};
    const added = Object.entries(resources).map(([name, amount]) => [name, (before[name] ?? 0) + amount]);
    sum.set(provider, { ...before, ...(Object.fromEntries(added) as Resources) });
  }
  return sum;
}

/**
 * Without `mine`, but never less than `others` hold: so what was taken away by an interrupted try is not taken away again.
 * The same object when nothing changes.
 */
export function minus(held: Share, mine: Share, others: Share): Share {
  const rest = new Map(held);
  let isChanged = false;
  for (const [provider, resources] of mine) {
    const before = held.get(provider) ?? {};
    const left = Object.entries(before).map(([name, now]): [string, number] => {
      const least = others.get(provider)?.[name] ?? 0;
      return [name, Math.min(now, Math.max(now - (resources[name] ?? 0), least))];
    });
    isChanged ||= left.some(([name, amount]) => amount !== before[name]);
    const kept = left.filter(([, amount]) => amount > 0);
    if (kept.length === 0) rest.delete(provider);
    else rest.set(provider, Object.fromEntries(kept));
  }
  return isChanged ? rest : held;
}

export function sharesOf(ports: readonly NeutronPort[]): Share {
  return ports.map(shareOf).reduce<Share>(plus, new Map());
}
