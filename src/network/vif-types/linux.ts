import type { PlanLine } from '../plan/lines.js';

/** Lines that more than one vif type needs. */

export function up(device: string, ...more: readonly string[]): PlanLine {
  return { verb: 'ip', words: ['link', 'set', 'dev', device, ...more, 'up'] };
}

/** The host takes no part in the instance's network: no IPv6 address of its own on a device that leads there. */
export function withoutIpv6(device: string): PlanLine {
  return { verb: 'hostsys', words: [`net/ipv6/conf/${device}/disable_ipv6`, '1'] };
}

/** A bridge that forwards at once and on which the host answers for nobody (os-vif 3.0, linux_net.ensure_bridge). */
export function bridge(name: string, ...options: readonly string[]): readonly PlanLine[] {
  const kind = ['type', 'bridge', 'forward_delay', '0', 'stp_state', '0', ...options];
  return [
    { verb: 'make', device: name, words: ['link', 'add', 'name', name, ...kind] },
    withoutIpv6(name),
    { verb: 'hostsys', words: [`net/ipv4/conf/${name}/arp_ignore`, '1'] },
    { verb: 'hostsys', words: [`net/ipv4/conf/${name}/arp_announce`, '2'] },
    up(name),
  ];
}
