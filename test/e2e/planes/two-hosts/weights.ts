import { until } from '../../../../tools/plane/machine/wait.js';
import { HOSTS, otherHost, type Cloud } from './cloud.js';

const never = new AbortController().signal;

/**
 * From now on the scheduler goes by free memory alone. Else it goes by other things, too, which tip the scales where hosts
 * are nearly the same: disks (both hosts' are one), work under way, builds that failed. Gives what takes that back.
 */
export async function weighByMemory(cloud: Cloud): Promise<() => Promise<void>> {
  type Made = { aggregate: { id: number } };
  const { aggregate } = await cloud.ask<Made>('compute', '/os-aggregates', {
    body: { aggregate: { name: 'weights' } },
  });
  const path = `/os-aggregates/${aggregate.id}`;
  const off = ['cpu', 'disk', 'io_ops', 'build_failure'].map((one) => [`${one}_weight_multiplier`, '0']);
  const metadata = Object.fromEntries(off) as Readonly<Record<string, string>>;
  const bodies = [{ set_metadata: { metadata } }, ...HOSTS.map((host) => ({ add_host: { host } }))];
  for (const body of bodies) await cloud.ask('compute', `${path}/action`, { body });
  return async () => {
    for (const host of HOSTS) await cloud.answer('compute', `${path}/action`, { body: { remove_host: { host } } });
    await cloud.ask('compute', path, { method: 'DELETE' });
  };
}

/**
 * Makes the scheduler ask this host first, where it goes by memory alone: the other one has clearly less of it free, also
 * with what else these tests have here. The servers that do this are given back for deletion.
 */
export async function prefer(cloud: Cloud, host: string): Promise<readonly string[]> {
  const wish = { flavorRef: await cloud.flavorId('m1.tiny'), availability_zone: `nova:${otherHost(host)}` };
  const ids = await Promise.all([1, 2, 3, 4].map(() => cloud.create('filler', wish)));
  await Promise.all(ids.map((id) => cloud.reaches(id, 'ACTIVE')));
  const isSeen = async (): Promise<boolean> => {
    const free = await freeMemory(cloud);
    return (free.get(host) ?? 0) - (free.get(otherHost(host)) ?? 0) >= 256;
  };
  await until(isSeen, { what: `${host} to have more memory free`, signal: never, everyMs: 300, timeoutMs: 300_000 });
  return ids;
}

/** As the scheduler weighs it, in MiB. */
async function freeMemory(cloud: Cloud): Promise<ReadonlyMap<string, number>> {
  type Hypervisor = { readonly hypervisor_hostname: string; readonly free_ram_mb: number };
  // Later than that nova-api does not tell.
  const { hypervisors } = await cloud.ask<{ hypervisors: Hypervisor[] }>('compute', '/os-hypervisors/detail', {
    microversion: '2.87',
  });
  return new Map(hypervisors.map((one) => [one.hypervisor_hostname, one.free_ram_mb]));
}
