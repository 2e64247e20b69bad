import { ServiceError } from '../../errors/kinds.js';

/**
 * What the runtime (runtime/nova-runtime) does for one port, in its own words. Host-side lines run in the host's network
 * namespace in the order given, guest-side lines in the container's.
 */
export type PlanLine =
  /** `ip …` that makes this device, unless it is there. */
  | { readonly verb: 'make'; readonly device: string; readonly words: readonly string[] }
  /** `ip …` on the host; safe to repeat. */
  | { readonly verb: 'ip'; readonly words: readonly string[] }
  /** A value below /proc/sys of the host, where the kernel has it. */
  | { readonly verb: 'hostsys'; readonly words: readonly [path: string, value: string] }
  /** `ovs-vsctl …`, when the pair was made anew. */
  | { readonly verb: 'ovs-new'; readonly words: readonly string[] }
  /** `ovs-vsctl …`, when the pair was there; safe to repeat. */
  | { readonly verb: 'ovs-again'; readonly words: readonly string[] }
  /** `ovs-vsctl …` that takes back what those made; safe to repeat. */
  | { readonly verb: 'undo-ovs'; readonly words: readonly string[] }
  /** Takes a device away, if it is there. */
  | { readonly verb: 'undo-device'; readonly words: readonly [device: string] }
  /**
   * Where to see that Neutron has wired the port, when no event will tell; for how long to look; ovs-vsctl's database.
   * `filter`: the device goes up then, and not before.
   */
  | { readonly verb: 'wired'; readonly words: readonly [how: 'tag' | 'ovn' | 'filter', what: string, ...string[]] }
  /** `ip …` in the container; safe to repeat. `addr replace` and `route replace` are taken back when they are gone. */
  | { readonly verb: 'guest'; readonly words: readonly string[] }
  /** A value below /proc/sys of the container. */
  | { readonly verb: 'guestsys'; readonly words: readonly [path: string, value: string] }
  /** Have the kernel finish checksums: a switch in user space does not. */
  | { readonly verb: 'offload'; readonly words: readonly [] };

/** One port of an instance: the two ends of its pair and what is to be done to them. */
export interface NicPlan {
  /** Neutron's id of it. */
  readonly portId: string;
  /** `eth0` … */
  readonly guestName: string;
  /** Outer end of the pair, `tap` and the first 11 characters of the port's id. */
  readonly hostDevice: string;
  readonly mac: string;
  readonly mtuBytes: number;
  readonly lines: readonly PlanLine[];
}

/** All of an instance's ports, and what holds for its namespace as a whole. */
export interface PlugPlan {
  readonly instanceUuid: string;
  readonly common: readonly PlanLine[];
  readonly nics: readonly NicPlan[];
}

/** Version of the lines; the runtime refuses others. */
export const PLAN_VERSION = 1;

/** Nothing that a shell, `ip -batch` or a line of the file could take for more than one word. */
const WORD = /^[A-Za-z0-9_.:/=+,"[\]-]+$/;

/** The file that the runtime reads. Throws Invalid for a word that does not fit in. */
export function planText(plan: PlugPlan): string {
  const lines = [
    ['plan', String(PLAN_VERSION), plan.instanceUuid],
    ...plan.common.map((line) => lineWords('-', line)),
    ...plan.nics.flatMap((nic) => [
      ['nic', nic.guestName, nic.hostDevice, nic.mac, String(nic.mtuBytes)],
      ...nic.lines.map((line) => lineWords(nic.guestName, line)),
    ]),
    ['end', '-'],
  ];
  return lines.map((words) => `${words.map(checked).join(' ')}\n`).join('');
}

function lineWords(nic: string, line: PlanLine): readonly string[] {
  const device = line.verb === 'make' ? [line.device] : [];
  return [line.verb, nic, ...device, ...line.words];
}

function checked(word: string): string {
  if (WORD.test(word)) return word;
  throw new ServiceError('Invalid', `The port can't be plugged: ${JSON.stringify(word)} is no plain word.`);
}
