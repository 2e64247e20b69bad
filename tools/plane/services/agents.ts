import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment } from '../machine/command.js';
import { mergeIni, type Ini } from '../ini.js';
import { awaitReport } from '../openstack/agents.js';
import { CHECKOUT, firstHost, transportUrl, type Plane } from '../plane.js';
import { iniFile, LOG_TO_STDERR } from './options.js';
import { makeOuterBridges, TUNNEL_ADDRESS } from './linux-bridge.js';
import { OUTER_BRIDGE, ovsdbConnection, switchEnvironment } from './openvswitch.js';
import { accepts, isConsumed } from './reach.js';
import { PUBLIC } from './neutron.js';
import type { Service } from './service.js';

const statePath = (plane: Plane): string => join(plane.data, firstHost(plane).name, 'neutron');

/** What all agents of a host have in common. */
function sharedOptions(plane: Plane): Ini {
  // They run as root. Without any helper they would take sudo, which forgets where the switch's sockets are.
  const words = Object.entries(switchEnvironment(plane)).map(([name, value]) => `${name}=${value}`);
  const agentOptions = { root_helper: ['env', ...words].join(' '), root_helper_daemon: '', report_interval: 5 };
  return mergeIni(LOG_TO_STDERR, {
    DEFAULT: {
      host: firstHost(plane).name,
      state_path: statePath(plane),
      transport_url: transportUrl(plane),
      core_plugin: 'ml2',
    },
    agent: agentOptions,
    oslo_concurrency: { lock_path: join(statePath(plane), 'lock') },
  });
}

interface AgentKind {
  readonly name: string;
  readonly program: string;
  readonly packages: Service['packages'];
  readonly needs: readonly string[];
  readonly options: (plane: Plane) => Ini;
  /** What must be there before it starts. */
  readonly before?: (plane: Plane, signal: AbortSignal) => Promise<void>;
  /** Where its programs are found before they are found elsewhere. */
  readonly programs?: string;
  /** The queue that it consumes when it is ready, and no other agent does. */
  readonly topic: string;
}

function agent(kind: AgentKind): Service {
  const file = `neutron/${kind.name}.ini`;
  return {
    name: kind.name,
    packages: ['network', ...kind.packages],
    needs: ['rabbitmq', 'neutron', 'accounts', ...kind.needs],
    ports: [],
    files: (plane) => [iniFile(plane, kind.name, file, mergeIni(sharedOptions(plane), kind.options(plane)))],
    prepare: async (plane, signal) => {
      await mkdir(join(statePath(plane), 'lock'), { recursive: true });
      await kind.before?.(plane, signal);
    },
    command: (plane) => ({
      argv: [kind.program, '--config-file', join(plane.etc, file)],
      env: {
        ...switchEnvironment(plane),
        ...(kind.programs === undefined ? {} : { PATH: `${kind.programs}:${cleanEnvironment()['PATH'] ?? ''}` }),
      },
    }),
    ready: (plane) => isConsumed(plane, `${kind.topic}.${firstHost(plane).name}`),
    settle: (plane, signal) => awaitReport(plane, { service: kind.name, binary: kind.program }, signal),
    graceMs: 15_000,
  };
}

const openvswitchAgent = agent({
  name: 'openvswitch-agent',
  program: 'neutron-openvswitch-agent',
  packages: [],
  needs: ['vswitchd'],
  topic: 'q-agent-notifier-tunnel-update',
  options: (plane) => ({
    ovs: {
      datapath_type: 'netdev',
      ovsdb_connection: ovsdbConnection(plane),
      integration_bridge: 'br-int',
      bridge_mappings: `${PUBLIC}:${OUTER_BRIDGE}`,
      local_ip: firstHost(plane).address,
      // Under which resource provider of Placement what it guarantees stands, if it is told to guarantee anything.
      resource_provider_default_hypervisor: firstHost(plane).name,
    },
    agent: { tunnel_types: 'vxlan', polling_interval: 1 },
    securitygroup: { firewall_driver: plane.switch === 'openvswitch' ? 'openvswitch' : 'iptables_hybrid' },
  }),
});

const linuxbridgeAgent = agent({
  name: 'linuxbridge-agent',
  program: 'neutron-linuxbridge-agent',
  packages: ['linuxbridge'],
  needs: [],
  before: makeOuterBridges,
  programs: join(CHECKOUT, 'tools/plane/programs'),
  topic: 'q-agent-notifier-port-update',
  options: () => ({
    linux_bridge: { bridge_mappings: `${PUBLIC}:${OUTER_BRIDGE}` },
    vxlan: { enable_vxlan: true, local_ip: TUNNEL_ADDRESS },
    agent: { polling_interval: 1 },
    securitygroup: { firewall_driver: 'iptables' },
    experimental: { linuxbridge: true },
  }),
});

/** How DHCP's and routers' own devices are plugged. */
function deviceOptions(plane: Plane): Ini {
  if (plane.switch === 'linuxbridge') return { DEFAULT: { interface_driver: 'linuxbridge' } };
  return {
    DEFAULT: { interface_driver: 'openvswitch' },
    OVS: { ovsdb_connection: ovsdbConnection(plane), integration_bridge: 'br-int', datapath_type: 'netdev' },
  };
}

/** @param wiring the agent that wires ports: before Neutron knows it, DHCP's and routers' own ports cannot be bound either */
function dhcpAgent(wiring: Service): Service {
  return agent({
    name: 'dhcp-agent',
    program: 'neutron-dhcp-agent',
    packages: [],
    needs: [wiring.name],
    topic: 'dhcp_agent',
    options: (plane) =>
      mergeIni(deviceOptions(plane), {
        DEFAULT: { enable_isolated_metadata: true, resync_interval: 5, num_sync_threads: 2 },
      }),
  });
}

function l3Agent(wiring: Service): Service {
  return agent({
    name: 'l3-agent',
    program: 'neutron-l3-agent',
    packages: [],
    needs: [wiring.name],
    topic: 'l3_agent',
    options: (plane) => mergeIni(deviceOptions(plane), { DEFAULT: { agent_mode: 'legacy' } }),
  });
}

/** Answers instances' questions to 169.254.169.254, through proxies in the namespaces of the DHCP and the router agent. */
const metadataAgent: Service = {
  ...agent({
    name: 'metadata-agent',
    program: 'neutron-metadata-agent',
    packages: [],
    needs: [],
    topic: '',
    options: (plane) => ({
      DEFAULT: {
        nova_metadata_host: '127.0.0.1',
        nova_metadata_port: plane.ports.metadata,
        metadata_proxy_shared_secret: plane.secrets.metadata,
        metadata_workers: 1,
      },
    }),
  }),
  ready: (plane) => accepts(join(statePath(plane), 'metadata_proxy')),
};

/** The agents of a plane's host: one that wires ports, and, beside the control plane, those that serve networks. */
export function agentsOf(plane: Plane): readonly Service[] {
  const l2 = plane.switch === 'linuxbridge' ? linuxbridgeAgent : openvswitchAgent;
  if (plane.at !== '') return [l2];
  return [l2, dhcpAgent(l2), l3Agent(l2), metadataAgent];
}
