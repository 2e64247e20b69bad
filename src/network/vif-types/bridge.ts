import { ServiceError } from '../../errors/kinds.js';
import type { PlanLine } from '../plan/lines.js';
import { bridge, up, withoutIpv6 } from './linux.js';
import type { Nic, VifSettings } from './nic.js';

/** Of the names of iptables chains the agent uses the first ten characters of the port's id (iptables_firewall.py). */
const CHAIN_ID_LENGTH = 10;

/**
 * A port of neutron-linuxbridge-agent (mirrors vif_plug_linux_bridge of os-vif 3.0 and what libvirt does after it): the
 * network's bridge, made here when the agent has not yet, and the pair's outer end as a port of it. The agent leaves
 * putting a server's device on the bridge to the compute service, and takes the bridge away with its last port.
 */
export function bridgeLines({ vif, plan }: Nic, settings: VifSettings): readonly PlanLine[] {
  const name = vif.network?.bridge ?? null;
  if (name === null) throw new ServiceError('Invalid', `Port ${vif.id} of vif_type=bridge names no bridge.`);
  const device = plan.hostDevice;
  const chain = `neutron-linuxbri-i${vif.id.slice(0, CHAIN_ID_LENGTH)}`;
  return [
    ...bridge(name),
    withoutIpv6(device),
    up(device, 'mtu', String(plan.mtuBytes), 'master', name),
    { verb: 'wired', words: ['chain', chain, String(settings.wiringTimeoutSeconds)] },
  ];
}
