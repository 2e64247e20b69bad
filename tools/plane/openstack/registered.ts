import { until } from '../machine/wait.js';
import type { Plane } from '../plane.js';
import { Rest } from './rest.js';

interface ServiceRow {
  readonly binary: string;
  readonly host: string;
  readonly state: string;
}

/**
 * Waits until servers can be scheduled to every host of the plane: its service is up, the scheduler has mapped it into its
 * cell (it looks every other second), and Placement knows what it has.
 */
export async function awaitRegistered(plane: Plane, signal: AbortSignal): Promise<string> {
  const rest = new Rest(plane, 'admin');
  const names = plane.hosts.map(({ name }) => name);
  await Promise.all(names.map((name) => awaitHost(rest, name, signal)));
  return names.join(', ');
}

async function awaitHost(rest: Rest, name: string, signal: AbortSignal): Promise<void> {
  const wait = { what: `compute host ${name} to register`, signal, everyMs: 300, timeoutMs: 90_000 };
  await until(async () => (await isUp(rest, name)) && isMapped(rest, name), wait);
  await until(() => hasInventory(rest, name), wait);
}

async function isUp(rest: Rest, host: string): Promise<boolean> {
  const { services } = await rest.get<{ services: ServiceRow[] }>('compute', '/os-services?binary=nova-compute');
  return services.some((row) => row.host === host && row.state === 'up');
}

/** Nova lists only hypervisors of hosts that are mapped to a cell. */
async function isMapped(rest: Rest, host: string): Promise<boolean> {
  const path = '/os-hypervisors/detail';
  const body = await rest.get<{ hypervisors: { service: { host: string } }[] }>('compute', path);
  return body.hypervisors.some(({ service }) => service.host === host);
}

async function hasInventory(rest: Rest, host: string): Promise<boolean> {
  const listed = await rest.get<{ resource_providers: { uuid: string; name: string }[] }>(
    'placement',
    '/resource_providers',
  );
  const provider = listed.resource_providers.find(({ name }) => name === host);
  if (provider === undefined) return false;
  const path = `/resource_providers/${provider.uuid}/inventories`;
  const { inventories } = await rest.get<{ inventories: Record<string, unknown> }>('placement', path);
  return 'VCPU' in inventories;
}
