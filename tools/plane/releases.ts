import { readFileSync } from 'node:fs';
import { Trouble } from './trouble.js';

/** What is needed for what; a plane of a broker and an engine needs no OpenStack package. */
export type PackageGroup =
  | 'base'
  | 'broker'
  | 'engine'
  | 'database'
  | 'control'
  | 'consoles'
  | 'network'
  | 'linuxbridge'
  | 'docker-compute'
  | 'python-compute'
  | 'tests'
  | 'tempest';

/** What differs between the Debian releases that a plane can be made of. */
export interface Release {
  readonly name: string;
  /** VERSION_ID of /etc/os-release. */
  readonly debian: string;
  /** For people: which Nova this is. */
  readonly nova: string;
  readonly packages: Readonly<Record<PackageGroup, readonly string[]>>;
  /** How Neutron's API runs: one command, or under uwsgi with `neutron-rpc-server` beside it (from Debian 13 on). */
  readonly neutronApi: 'command' | 'uwsgi';
  /** The ml2 mechanism drivers; the Linux bridge one is gone from Neutron 2025.1 on. */
  readonly mechanismDrivers: readonly string[];
  /** The newest compute microversion, for the OpenStack client. */
  readonly computeMicroversion: string;
}

const bookworm: Release = {
  name: 'bookworm',
  debian: '12',
  nova: 'Nova 26 (Zed)',
  packages: {
    base: ['iproute2', 'procps', 'util-linux'],
    broker: ['rabbitmq-server'],
    engine: ['docker.io', 'containerd', 'runc', 'busybox-static'],
    database: ['mariadb-server', 'mariadb-client'],
    control: [
      'memcached',
      'keystone',
      'placement-api',
      'glance-api',
      'nova-api',
      'nova-conductor',
      'nova-scheduler',
      'neutron-server',
      'python3-openstackclient',
      'python3-pymysql',
      'python3-memcache',
      'uwsgi-core',
      'uwsgi-plugin-python3',
    ],
    consoles: ['nova-consoleproxy'],
    // What the service calls: converters of image archives, and the switch that Neutron's agent and it share.
    'docker-compute': ['iproute2', 'skopeo', 'xz-utils', 'zstd', 'openvswitch-switch'],
    network: [
      'openvswitch-switch',
      'neutron-openvswitch-agent',
      'neutron-dhcp-agent',
      'neutron-metadata-agent',
      'neutron-l3-agent',
      'dnsmasq-base',
      'haproxy',
      'iptables',
      'ipset',
      'conntrack',
      'ethtool',
      'radvd',
    ],
    linuxbridge: ['neutron-linuxbridge-agent', 'ebtables'],
    'python-compute': ['nova-compute'],
    tests: ['btrfs-progs', 'docker-registry', 'lxcfs', 'openssl', 'systemd'],
    tempest: ['tempest', 'python3-stestr', 'busybox-static', 'iputils-ping'],
  },
  neutronApi: 'command',
  mechanismDrivers: ['openvswitch', 'linuxbridge'],
  computeMicroversion: '2.92',
};

const KNOWN: readonly Release[] = [bookworm];

/** Releases that the tables have a place for but no entry yet, so that the error can say so. */
const PLANNED: Readonly<Record<string, string>> = {
  '13': 'Debian 13 (Nova 31, 2025.1)',
  trixie: 'Debian 13 (Nova 31, 2025.1)',
  sid: 'Debian sid (Nova 34, 2026.2)',
};

/**
 * The release asked for (`12` or `bookworm`), or this machine's own.
 * @throws Trouble for one that a plane cannot be made of, naming those that it can.
 */
export function findRelease(asked: string | undefined): Release {
  const machine = machineRelease();
  const wanted = asked ?? machine;
  const supported = KNOWN.map((release) => `${release.debian} (${release.name}, ${release.nova})`).join(', ');
  const release = KNOWN.find(({ name, debian }) => wanted === name || wanted === debian);
  if (release === undefined) {
    const planned = PLANNED[wanted];
    const what =
      planned === undefined ? `Debian "${wanted}" is not known` : `${planned} is planned but not supported yet`;
    throw new Trouble(`${what}; supported: ${supported}`);
  }
  if (release.debian !== machine) {
    throw new Trouble(
      `a plane of Debian ${release.debian} needs a Debian ${release.debian} machine; this one is ${machine}`,
    );
  }
  return release;
}

function machineRelease(): string {
  const text = readFileSync('/etc/os-release', 'utf8');
  const read = (key: string): string => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(text)?.[1] ?? '';
  if (read('ID') === 'debian') return read('VERSION_ID') || 'sid';
  return `${read('ID')} ${read('VERSION_ID')}`;
}
