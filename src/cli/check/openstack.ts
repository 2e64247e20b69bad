import { LiveConfig } from '../../app/live.js';
import { openRest, type Rest } from '../../app/rest.js';
import type { Config } from '../../config/tables.js';
import { ServiceError } from '../../errors/kinds.js';
import { unobserved } from '../../observe/calls.js';
import type { RestAnswer } from '../../openstack/call.js';
import type { Session } from '../../openstack/session.js';
import { EBTABLES_MEND, LINUX_BRIDGE_AGENT, tryEbtables } from './ebtables.js';
import { searchPath } from './host.js';
import type { Finding, Probe } from './probe.js';

export interface OpenstackProbes {
  readonly probes: readonly Probe[];
  readonly close: () => void;
}

/** Clocks further apart make tokens end early and services look dead. */
const MOST_APART_MS = 5000;

/** Keystone, and the services that are asked in its name. */
export function openstackProbes(config: Config): OpenstackProbes {
  let opened: Rest | undefined;
  // In a probe, since a certificate may be unreadable.
  const rest = (): Rest => (opened ??= openRest(new LiveConfig(config), unobserved));
  const { host } = config.DEFAULT;
  const times: TimeTold[] = [];
  const needs = ['keystone'];
  const probes: Probe[] = [
    {
      name: 'keystone',
      look: (signal) => signIn(rest(), signal),
      mend: 'Correct auth_url, user, password and project in the section that is named, or start Keystone.',
    },
    {
      name: 'placement',
      needs,
      look: (signal) => placement(asking(rest().placement, times, signal), host),
      mend: endpoints('placement', 'the user needs the role that may change resource providers ("admin" or "service")'),
    },
    {
      name: 'glance',
      needs,
      look: (signal) => glance(asking(rest().glance, times, signal)),
      mend: endpoints('glance'),
    },
    {
      name: 'neutron',
      needs,
      look: (signal) => neutron(asking(rest().neutron, times, signal), host),
      mend: endpoints('neutron', 'the user needs the role that may bind ports ("admin" or "service")'),
    },
    {
      name: 'ebtables',
      needs: ['neutron'],
      look: async (signal) => {
        const agents = await livingAgents(asking(rest().neutron, times, signal), host);
        if (agents.includes(LINUX_BRIDGE_AGENT)) return tryEbtables(searchPath(), signal);
        return { found: `not needed: Neutron has no ${LINUX_BRIDGE_AGENT} on this host` };
      },
      mend: EBTABLES_MEND,
    },
    {
      name: 'clock',
      needs,
      look: () => Promise.resolve(compareClocks(times)),
      mend: 'Synchronise the clocks of this host and of the control plane (chrony or systemd-timesyncd).',
    },
  ];
  return { probes, close: () => opened?.close() };
}

function endpoints(section: string, more?: string): string {
  const where = `The catalogue has to name its endpoint for the interface and region of [${section}], or set endpoint_override`;
  return more === undefined ? `${where}.` : `${where}; ${more}.`;
}

async function signIn({ accounts }: Rest, signal: AbortSignal): Promise<Finding> {
  for (const { credentials } of accounts) await credentials.get(signal);
  return { found: `accepts the users of ${accounts.map(({ section }) => `[${section}]`).join(', ')}` };
}

/** What time a service's answer told, and between which moments of ours it came. */
export interface TimeTold {
  /** An HTTP date: whole seconds. */
  readonly date: string;
  readonly before: number;
  readonly after: number;
}

type Ask = (path: string, accept?: readonly number[]) => Promise<RestAnswer>;

/** Reads, and remembers what time it was there; not every web server tells. */
function asking(session: Session, times: TimeTold[], signal: AbortSignal): Ask {
  return async (path, accept = []) => {
    const before = Date.now();
    const answer = await session.request({ name: 'check', method: 'GET', path, accept, signal });
    const { date } = answer.headers;
    if (date !== undefined) times.push({ date, before, after: Date.now() });
    return answer;
  };
}

interface Providers {
  readonly resource_providers?: readonly unknown[];
}

async function placement(ask: Ask, host: string): Promise<Finding> {
  const { body } = await ask(`/resource_providers?name=${encodeURIComponent(host)}`);
  const known = ((body as Providers | undefined)?.resource_providers ?? []).length > 0;
  return { found: known ? `has resource provider ${host}` : `answers; ${host} is no resource provider yet` };
}

async function glance(ask: Ask): Promise<Finding> {
  await ask('/images?limit=1');
  return { found: 'lists images' };
}

interface Agents {
  readonly agents?: readonly { readonly agent_type?: string; readonly alive?: boolean }[];
}

/** Those who wire the ports of this host are Neutron's agents here (or OVN's controller, which it shows as one). */
async function neutron(ask: Ask, host: string): Promise<Finding> {
  const alive = await livingAgents(ask, host);
  if (alive.length > 0) return { found: `answers; on this host: ${[...new Set(alive)].join(', ')}` };
  const advice = `No living agent of Neutron on host ${host}: servers with ports of networks will not be built here.`;
  return { found: 'answers', advice };
}

/** What Neutron calls them; none where it does not tell. */
async function livingAgents(ask: Ask, host: string): Promise<readonly string[]> {
  const answer = await ask(`/agents?host=${encodeURIComponent(host)}`, [403, 404]);
  const agents = (answer.body as Agents | undefined)?.agents ?? [];
  return agents.filter(({ alive }) => alive === true).map(({ agent_type: type = 'agent' }) => type);
}

/** Throws when one of the times is too far from ours. */
export function compareClocks(times: readonly TimeTold[]): Finding {
  const readable = times.filter(({ date }) => !Number.isNaN(Date.parse(date)));
  if (readable.length === 0) return { found: 'cannot be compared: the control plane tells no time in its answers' };
  for (const { date, before, after } of readable) {
    const theirs = Date.parse(date);
    const apartMs = Math.max(0, before - (theirs + 1000), theirs - after);
    if (apartMs <= MOST_APART_MS) continue;
    const way = theirs > after ? 'behind' : 'ahead of';
    throw new ServiceError(
      'Conflict',
      `This host's clock is ${Math.round(apartMs / 1000)} s ${way} the control plane's.`,
    );
  }
  return { found: 'agrees with the control plane' };
}
