import { until } from '../../../tools/plane/machine/wait.js';
import type { Lab } from './lab.js';

const never = new AbortController().signal;

/** What a command prints inside of a server's container. */
export async function inside(lab: Lab, serverId: string, command: string): Promise<string> {
  return lab.plane.docker(['exec', `nova-${serverId}`, '/bin/sh', '-c', command]);
}

/** The engine's view of a server's container. */
export async function inspected(lab: Lab, serverId: string): Promise<Inspected> {
  const [one] = JSON.parse(await lab.plane.docker(['inspect', `nova-${serverId}`])) as [Inspected];
  return one;
}

export interface Inspected {
  readonly Config: Readonly<Record<string, unknown>> & { readonly Labels: Readonly<Record<string, string>> };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

/** A small flavor with these extra specs; the test removes it by `removeFlavor`. */
export async function makeFlavor(lab: Lab, name: string, specs: Readonly<Record<string, string>>): Promise<void> {
  const flavor = { name, id: name, ram: 64, vcpus: 1, disk: 1 };
  await lab.rest.post('compute', '/flavors', { flavor });
  await lab.rest.post('compute', `/flavors/${name}/os-extra_specs`, { extra_specs: specs });
}

export async function removeFlavor(lab: Lab, name: string): Promise<void> {
  await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/flavors/${name}`, accept: [404] });
}

/** Waits until a command inside prints something that matches. */
export async function prints(lab: Lab, serverId: string, command: string, wanted: RegExp): Promise<void> {
  await until(async () => wanted.test(await inside(lab, serverId, command).catch(() => '')), {
    what: `${command} to print ${String(wanted)}`,
    signal: never,
  });
}
