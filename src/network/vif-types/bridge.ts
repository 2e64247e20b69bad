import { ServiceError } from '../../errors/kinds.js';
import type { PlanLine } from '../plan/lines.js';
import { bridge, up, withoutIpv6 } from './linux.js';
import type { Nic, VifSettings } from './nic.js';

/**
 * A port of neutron-linuxbridge-agent (mirrors vif_plug_linux_bridge of os-vif 3.0 and what libvirt does after it): the
 * network's bridge, made here when the agent has not yet, and the pair's outer end as a port of it. The agent leaves
 * putting a server's device on the bridge to the compute service, and takes the bridge away with its last port.
 *
 * Where security groups count (`port_filter`) the outer end stays down until the agent's rules are there, which the
 * runtime sees to: a bridge forwards everything that no rule is about. libvirt has nothing like it.
 */
export function bridgeLines({ vif, plan }: Nic, settings: VifSettings): readonly PlanLine[] {
  const name = vif.network?.bridge ?? null;
  if (name === null) throw new ServiceError('Invalid', `Port ${vif.id} of vif_type=bridge names no bridge.`);
  const device = plan.hostDevice;
  const onBridge = ['mtu', String(plan.mtuBytes), 'master', name];
  const isFiltered = vif.details['port_filter'] === true;
  return [
    ...bridge(name),
    withoutIpv6(device),
    ...(isFiltered ? filtered(device, onBridge, settings) : [up(device, ...onBridge)]),
  ];
}

function filtered(device: string, onBridge: readonly string[], settings: VifSettings): readonly PlanLine[] {
  return [
    { verb: 'ip', words: ['link', 'set', 'dev', device, ...onBridge] },
    { verb: 'wired', words: ['filter', device, String(settings.wiringTimeoutSeconds)] },
  ];
}
