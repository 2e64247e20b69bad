import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Space } from './machine/space.js';
import type { Release } from './releases.js';

/** What listens on TCP, by the name of its port. */
export const DEFAULT_PORTS = {
  rabbitmq: 5672,
  rabbitmqDist: 25672,
  epmd: 4369,
  mariadb: 3306,
  memcached: 11211,
  keystone: 5000,
  placement: 8778,
  glance: 9292,
  neutron: 9696,
  nova: 8774,
  metadata: 8775,
  serialproxy: 6083,
} as const;

export type PortName = keyof typeof DEFAULT_PORTS;
export type Ports = Readonly<Record<PortName, number>>;

/** Random words of one plane; never printed but in files of mode 0600. */
export interface Secrets {
  readonly admin: string;
  readonly demo: string;
  readonly service: string;
  readonly database: string;
  readonly rabbitmq: string;
  readonly metadata: string;
}

/** Who plays nova-compute: this project's service, Python's with its no-op `fake` driver, or nobody. */
export const COMPUTE_KINDS = ['docker', 'fake', 'none'] as const;
export type ComputeKind = (typeof COMPUTE_KINDS)[number];

/** Who wires the ports: Open vSwitch in user space (with its own firewall or the iptables one), or Linux bridges. */
export const SWITCHES = ['openvswitch', 'openvswitch-hybrid', 'linuxbridge'] as const;
export type Switch = (typeof SWITCHES)[number];

/** One compute host: an engine, a service and a state folder of its own. */
export interface ComputeHost {
  /** Nova's `host`, and the name of the host's folders. */
  readonly name: string;
  /** `my_ip`. */
  readonly address: string;
}

/** Configuration that a caller adds: file (`nova`, `compute`, ...) -> section -> option -> value. */
export type Overrides = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>>;

/** What plane.json holds: everything that must stay the same from one `up` to the next. */
export interface PlaneRecord {
  readonly format: 1;
  readonly name: string;
  readonly release: string;
  readonly isolated: boolean;
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly hosts: readonly ComputeHost[];
  readonly compute: ComputeKind;
  readonly switch: Switch;
  /** The services asked for (with what they need), or null for all. */
  readonly only: readonly string[] | null;
  readonly overrides: Overrides;
}

/**
 * A control plane: data only. What runs is found from the records in its `run` folder.
 * Services of a further host get the plane as it is there (hosts.ts): folders, namespaces and a tag of its own.
 */
export interface Plane extends Omit<PlaneRecord, 'release'> {
  readonly checkout: string;
  readonly folder: string;
  readonly release: Release;
  readonly etc: string;
  readonly log: string;
  readonly data: string;
  /** Sockets and process records; short enough for a unix socket. */
  readonly run: string;
  /** Where the process records of all hosts are. */
  readonly records: string;
  /** Ends the names of services of a further host: `@compute2`; empty for all others. */
  readonly at: string;
  /** null for a plane in the machine's own namespaces. */
  readonly space: Space | null;
  /** Names this plane on the whole machine (control groups, namespaces), even beside other checkouts. */
  readonly tag: string;
}

/** The checkout that these tools belong to. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** The folder of all planes of a checkout. */
export function planesFolder(checkout: string): string {
  return join(checkout, '.planes');
}

/** A unix socket's path is at most 107 bytes; this is the room that the longest one below `run` needs. */
const LONGEST_SOCKET = '/docker/libnetwork/0123456789ab.sock'.length;

/** The plane of a record, with all that follows from its name and its checkout. */
export function planeOf(record: PlaneRecord, release: Release, checkout: string): Plane {
  const folder = join(planesFolder(checkout), record.name);
  const place = createHash('sha256').update(folder).digest('hex').slice(0, 6);
  const tag = `ncd-${record.name}-${place}`;
  const near = join(folder, 'run');
  const further = Math.max(...record.hosts.slice(1).map(({ name }) => name.length + 1), 0);
  const run = near.length + further + LONGEST_SOCKET <= 107 ? near : join('/run', tag);
  const log = join(folder, 'log');
  const space = record.isolated
    ? { netns: tag, recordFile: join(run, 'space.pid'), logFile: join(log, 'space.log'), scratch: join(folder, 'data') }
    : null;
  return {
    ...record,
    checkout,
    folder,
    release,
    etc: join(folder, 'etc'),
    log,
    data: join(folder, 'data'),
    run,
    records: run,
    at: '',
    space,
    tag,
  };
}

/** The host that is with the control plane, or whose view of the plane this is. */
export function firstHost(plane: Plane): ComputeHost {
  const [host] = plane.hosts;
  if (host === undefined) throw new Error(`plane ${plane.name} has no compute host`);
  return host;
}

/** The network between the hosts of a plane that has more than one; the first, with the control plane, is its `.1`. */
export const CABLE_NET = '172.31.250';

export function hasCable(plane: Plane): boolean {
  return firstHost(plane).address.startsWith(CABLE_NET);
}

export function dockerSocket(plane: Plane): string {
  return join(plane.run, 'docker.sock');
}

/** RabbitMQ's address with its password, as `transport_url` wants it. */
export function transportUrl(plane: Plane): string {
  return `rabbit://openstack:${plane.secrets.rabbitmq}@127.0.0.1:${plane.ports.rabbitmq}/`;
}

/** An API's address on loopback. */
export function endpoint(plane: Plane, port: PortName, path = ''): string {
  return `http://127.0.0.1:${plane.ports[port]}${path}`;
}
