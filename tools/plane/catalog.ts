import { onHost, viewFrom } from './hosts.js';
import type { ComputeKind, Plane } from './plane.js';
import { agentsOf } from './services/agents.js';
import { computeService } from './services/compute.js';
import { containerd, docker } from './services/docker.js';
import { doorway } from './services/doorway.js';
import { glance } from './services/glance.js';
import { keystone } from './services/keystone.js';
import { lxcfs } from './services/lxcfs.js';
import { mariadb } from './services/mariadb.js';
import { memcached } from './services/memcached.js';
import { ovsdb, vswitchd } from './services/openvswitch.js';
import { neutron } from './services/neutron.js';
import { novaApi, novaConductor, novaScheduler, novaSerialproxy } from './services/nova.js';
import { placement } from './services/placement.js';
import { epmd, rabbitmq } from './services/rabbitmq.js';
import type { Service } from './services/service.js';
import { Trouble } from './trouble.js';

/** The services that a plane of this kind can have, whether or not all of them were asked for. */
export function allServices(plane: Plane): Service[] {
  const further = plane.hosts.slice(1);
  return [
    ...servicesOfFirst(plane),
    ...(further.length === 0 ? [] : [doorway]),
    ...further.flatMap((host) => onHost(host, servicesOfFurther(viewFrom(plane, host)))),
  ];
}

/** What a host has of its own that has no control plane. */
function servicesOfFurther(plane: Plane): Service[] {
  const compute = plane.compute === 'none' ? [] : [computeService(plane)];
  return [lxcfs, containerd, docker, ovsdb, vswitchd, doorway, ...agentsOf(plane), ...compute];
}

function servicesOfFirst(plane: Plane): Service[] {
  return [
    mariadb,
    memcached,
    epmd,
    rabbitmq,
    lxcfs,
    containerd,
    docker,
    keystone,
    placement,
    glance,
    neutron,
    ...(plane.switch === 'linuxbridge' ? [] : [ovsdb, vswitchd]),
    ...agentsOf(plane),
    novaApi,
    novaConductor,
    novaScheduler,
    novaSerialproxy,
    ...(plane.compute === 'none' ? [] : [computeService(plane)]),
  ];
}

/** The steps of a bring-up that are no services; see bring-up.ts for what they do. */
export const STEPS: readonly { name: string; needs: readonly string[] }[] = [
  { name: 'template', needs: [] },
  { name: 'build', needs: [] },
  { name: 'keystone-keys', needs: [] },
  { name: 'bootstrap', needs: ['keystone-keys', 'mariadb'] },
  { name: 'accounts', needs: ['keystone', 'bootstrap'] },
  { name: 'flavors', needs: ['nova-api', 'accounts'] },
  { name: 'image', needs: ['glance', 'accounts'] },
  { name: 'networks', needs: ['neutron', 'accounts'] },
  { name: 'registered', needs: ['compute', 'nova-api', 'nova-scheduler', 'placement'] },
];

/** The steps that make no sense with that kind of compute service. */
const UNUSED: Readonly<Record<ComputeKind, readonly string[]>> = {
  docker: [],
  fake: ['build'],
  none: ['build', 'registered'],
};

/** The names of all that the plane was asked to have: the services wanted, what they need and what they work with. */
export function wantedNames(plane: Plane): Set<string> {
  const services = allServices(plane);
  const names = [...services, ...STEPS].map(({ name }) => name);
  const rare = [...UNUSED[plane.compute], ...services.filter(({ onDemand }) => onDemand).map(({ name }) => name)];
  if (plane.only === null) return new Set(names.filter((name) => !rare.includes(name)));
  const links = new Map<string, readonly string[]>(STEPS.map(({ name, needs }) => [name, needs]));
  for (const { name, needs, alongside = [] } of services) links.set(name, [...needs, ...alongside]);
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const next = links.get(name);
    if (next === undefined) throw new Trouble(`there is no service "${name}"`, { hint: `one of ${names.join(', ')}` });
    if (wanted.has(name)) return;
    wanted.add(name);
    next.forEach(want);
  };
  plane.only.forEach(want);
  return wanted;
}

/** The services that the plane was asked to have. */
export function wantedServices(plane: Plane): Service[] {
  const wanted = wantedNames(plane);
  return allServices(plane).filter(({ name }) => wanted.has(name));
}

/** @throws Trouble when the plane has no such service, naming those that it has */
export function findService(plane: Plane, name: string): Service {
  const services = allServices(plane);
  const service = services.find((each) => each.name === name);
  if (service !== undefined) return service;
  const known = services.map((each) => each.name).join(', ');
  throw new Trouble(`plane "${plane.name}" has no service "${name}"`, { hint: `one of ${known}` });
}
