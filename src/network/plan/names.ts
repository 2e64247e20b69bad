import type { Vif } from '../../objects/index.js';

/** Linux's longest device name that Nova makes use of (NIC_NAME_LEN of nova/network/model.py). */
const NAME_LENGTH = 14;

/** A host device's name: the prefix and as much of the port's id as fits, as Nova, os-vif and the agents make it. */
export function deviceName(prefix: 'tap' | 'qbr' | 'qvb' | 'qvo', portId: string): string {
  return `${prefix}${portId}`.slice(0, NAME_LENGTH);
}

/**
 * Names inside of the container by port id: `eth0`, `eth1` … in the order of the ports. A port that has a name keeps it,
 * a new one gets the first that is free.
 */
export function guestNames(
  vifs: readonly Pick<Vif, 'id'>[],
  given: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const kept = vifs.flatMap(({ id }) => given.get(id) ?? []);
  const taken = new Set(kept);
  const names = new Map<string, string>();
  let next = 0;
  for (const { id } of vifs) {
    while (taken.has(`eth${next}`)) next += 1;
    const name = given.get(id) ?? `eth${next}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

/** Whether a plan's text has a port. */
export function hasPorts(text: string | undefined): boolean {
  return text !== undefined && namesInPlan(text).size > 0;
}

/** The names that a plan's text gives, by host device. */
export function namesInPlan(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/^nic (\S+) (\S+) /gm);
  return new Map([...found].map(([, guestName = '', hostDevice = '']) => [hostDevice, guestName]));
}
