import { randomUUID } from 'node:crypto';
import { adminContext, DEFAULT_RABBIT_OPTIONS, parseTransportUrl, RpcClient, Transport } from '../../src/oslo/index.js';
import { transportUrl, type Plane } from '../plane/plane.js';
import { RIVAL_HOST } from './rival.js';

const REPORT_EVERY_MS = 10_000;

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/**
 * Tells Neutron again and again that the rival's host has an Open vSwitch agent, since Neutron binds ports to no other.
 * There is nothing to wire: a driver that does nothing plugs nothing and waits for no event.
 * @returns a function that ends it
 */
export async function reportAgent(plane: Plane): Promise<() => Promise<void>> {
  const transport = new Transport({
    url: parseTransportUrl(transportUrl(plane)),
    options: DEFAULT_RABBIT_OPTIONS,
    program: 'bench',
    log: silent,
  });
  transport.start();
  const client = new RpcClient({ transport, exchange: 'neutron', kindOfClass: () => undefined });
  const report = (start: boolean): Promise<void> =>
    client.cast({
      topic: 'q-reports-plugin',
      version: '1.0',
      method: 'report_state',
      args: { agent_state: { agent_state: agentState(start) }, time: new Date().toISOString().replace('Z', '') },
      context: adminContext(`req-${randomUUID()}`, new Date()),
    });
  await report(true);
  const timer = setInterval(() => void report(false).catch(() => {}), REPORT_EVERY_MS);
  return async () => {
    clearInterval(timer);
    await client.close();
    await transport.close();
  };
}

/** As neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py (Neutron 21) reports it, as far as binding asks. */
function agentState(start: boolean): object {
  const configurations = { datapath_type: 'netdev', tunnel_types: ['vxlan'], tunneling_ip: '127.0.0.2' };
  return {
    binary: 'neutron-openvswitch-agent',
    host: RIVAL_HOST,
    topic: 'N/A',
    agent_type: 'Open vSwitch agent',
    configurations: {
      ...configurations,
      bridge_mappings: {},
      ovs_capabilities: { datapath_types: [], iface_types: [] },
    },
    ...(start ? { start_flag: true } : {}),
  };
}
