import { join } from 'node:path';
import { STEPS, wantedNames, wantedServices } from './catalog.js';
import { runGraph, type Step, type Watcher } from './graph.js';
import { buildService } from './build.js';
import { makeAccounts } from './openstack/accounts.js';
import { makeBaseImage } from './openstack/base-image.js';
import { makeNetworks } from './openstack/networks.js';
import { makeFlavors } from './openstack/flavors.js';
import { awaitRegistered } from './openstack/registered.js';
import { writeOpenrc } from './openrc.js';
import type { Plane } from './plane.js';
import { bootstrapKeystone, prepareKeystone } from './services/keystone.js';
import { startService } from './service-control.js';
import { ensureTemplate } from './template.js';

/**
 * Starts all that the plane was asked to have and waits until it is usable. What runs already is left alone, so it is
 * quick and harmless to repeat, and goes on where an interrupted one stopped.
 * It must run in the plane's network, since it talks to the services.
 * @param done steps that the caller has done already
 */
export async function bringUp(
  plane: Plane,
  watcher: Watcher,
  signal: AbortSignal,
  done: readonly string[] = [],
): Promise<void> {
  await writeOpenrc(plane);
  const steps = bringUpSteps(plane).filter(({ name }) => !done.includes(name));
  await runGraph(steps, watcher, signal);
}

/** All steps of a bring-up, ready to run. */
export function bringUpSteps(plane: Plane): Step[] {
  const wanted = wantedNames(plane);
  const services = wantedServices(plane).map((service): Step => {
    const start = async (signal: AbortSignal): Promise<string | undefined> => {
      return (await startService(plane, service, signal)) === 'running' ? 'was running' : undefined;
    };
    return { name: service.name, needs: service.needs, run: start };
  });
  const others = STEPS.filter(({ name }) => wanted.has(name));
  return [...others.map(({ name, needs }): Step => ({ name, needs, run: workOf(plane, name) })), ...services];
}

function workOf(plane: Plane, name: string): Step['run'] {
  const work: Record<string, Step['run']> = {
    template: (signal) => ensureTemplate(plane.release, plane.checkout, signal),
    build: (signal) => buildService(plane.checkout, join(plane.log, 'build.log'), signal),
    'keystone-keys': async () => {
      await prepareKeystone(plane);
      return undefined;
    },
    bootstrap: async (signal) => {
      await bootstrapKeystone(plane, signal);
      return undefined;
    },
    accounts: () => makeAccounts(plane),
    flavors: () => makeFlavors(plane),
    image: () => makeBaseImage(plane),
    networks: () => makeNetworks(plane),
    registered: (signal) => awaitRegistered(plane, signal),
  };
  const found = work[name];
  if (found === undefined) throw new Error(`no work is written down for step ${name}`);
  return found;
}
