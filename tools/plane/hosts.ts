import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { plugCable } from './cable.js';
import type { Space } from './machine/space.js';
import type { ComputeHost, Plane } from './plane.js';
import type { Service } from './services/service.js';

/** The plane as it is on one of its further hosts: what is a host's own is another there, all else is the same. */
export function viewFrom(plane: Plane, host: ComputeHost): Plane {
  const at = `@${host.name}`;
  const tag = `${plane.tag}-${host.name}`;
  const data = join(plane.data, `at-${host.name}`);
  return {
    ...plane,
    hosts: [host],
    etc: join(plane.etc, `at-${host.name}`),
    data,
    run: join(plane.run, host.name),
    at,
    tag,
    space: {
      netns: tag,
      recordFile: join(plane.records, `space${at}.pid`),
      logFile: join(plane.log, `space${at}.log`),
      scratch: data,
    },
  };
}

/** What the plane is from each of its hosts but the first. */
export function furtherViews(plane: Plane): Plane[] {
  return plane.hosts.slice(1).map((host) => viewFrom(plane, host));
}

/** The namespaces of all hosts. */
export function spacesOf(plane: Plane): Space[] {
  return [plane, ...furtherViews(plane)].flatMap(({ space }) => space ?? []);
}

/**
 * The services as a further host has them: under names of their own, in its namespaces, needing each other there and the
 * control plane where it is.
 */
export function onHost(host: ComputeHost, services: readonly Service[]): Service[] {
  const own = new Set(services.map(({ name }) => name));
  const there = (name: string): string => (own.has(name) ? `${name}@${host.name}` : name);
  return services.map((service) => {
    const { name, packages, needs, alongside = [], graceMs, onDemand } = service;
    const view = (plane: Plane): Plane => viewFrom(plane, host);
    return {
      name: there(name),
      packages,
      needs: [...needs, ...more(service)].map(there).concat(name === 'vswitchd' || name === 'doorway' ? [name] : []),
      alongside: alongside.map(there),
      ports: [],
      files: (plane) => service.files(view(plane)),
      prepare: async (plane, signal) => {
        await mkdir(view(plane).run, { recursive: true });
        await service.prepare?.(view(plane), signal);
      },
      command: (plane) => service.command(view(plane)),
      space: (plane) => view(plane).space,
      ready: (plane, signal) => service.ready(view(plane), signal),
      settle: async (plane, signal) => {
        await service.settle?.(view(plane), signal);
        if (name === 'vswitchd') await plugCable(plane, view(plane), signal);
      },
      ...(graceMs === undefined ? {} : { graceMs }),
      ...(onDemand === undefined ? {} : { onDemand }),
    };
  });
}

/** On a further host the control plane is behind the door. */
function more({ needs }: Service): string[] {
  return needs.includes('rabbitmq') ? ['doorway'] : [];
}
