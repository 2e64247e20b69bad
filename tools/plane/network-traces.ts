import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './machine/command.js';
import { signalIfThere } from './machine/processes.js';
import { enterSpace } from './machine/space.js';
import { until } from './machine/wait.js';
import { isAlive, readRecord } from './machine/daemon.js';
import type { Plane } from './plane.js';

/**
 * Ends what Neutron's agents started in network namespaces of their own (dnsmasq, haproxy, radvd: these leave their
 * parent's session) and removes those namespaces and the instances'. In a plane of its own space all names are the
 * plane's; in the machine's network they are those that the plane's folders tell of.
 */
export async function removeNamespaces(plane: Plane, signal: AbortSignal): Promise<void> {
  const { space } = plane;
  if (space !== null && !isAlive(readRecord(space.recordFile))) return;
  const enter = space === null ? [] : enterSpace(space);
  const names = space === null ? await namesOf(plane) : await allNames(enter, signal);
  for (const name of names) {
    await until(async () => (await killIn(enter, name, signal)) === 0, {
      what: `the processes in ${name} to end`,
      signal,
      everyMs: 25,
      timeoutMs: 20_000,
    });
    await run([...enter, 'ip', 'netns', 'delete', name], { signal });
  }
}

/** Names of namespaces that the plane still has in the machine's own network. */
export async function namesOf(plane: Plane): Promise<string[]> {
  const hosts = plane.hosts.map(({ name }) => join(plane.data, name));
  const known = (folder: string, prefix: string): string[] =>
    existsSync(folder) ? readdirSync(folder).map((name) => `${prefix}${name.replace(/\..*$/, '')}`) : [];
  const wanted = hosts.flatMap((host) => [
    ...known(join(host, 'networks'), 'nova-'),
    ...known(join(host, 'neutron', 'dhcp'), 'qdhcp-'),
    ...known(join(host, 'neutron', 'external', 'pids'), 'qrouter-'),
  ]);
  const present = new Set(existsSync('/run/netns') ? await readdir('/run/netns') : []);
  return [...new Set(wanted)].filter((name) => present.has(name));
}

async function allNames(enter: readonly string[], signal: AbortSignal): Promise<string[]> {
  const { stdout } = await run([...enter, 'ls', '/run/netns'], { signal });
  return stdout.split('\n').filter(Boolean);
}

async function killIn(enter: readonly string[], name: string, signal: AbortSignal): Promise<number> {
  const { stdout } = await run([...enter, 'ip', 'netns', 'pids', name], { signal });
  const pids = stdout.split('\n').filter(Boolean).map(Number);
  for (const pid of pids) signalIfThere(pid, 'SIGKILL');
  return pids.length;
}
