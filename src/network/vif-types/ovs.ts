import { ServiceError } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import type { PlanLine } from '../plan/lines.js';
import { deviceName } from '../plan/names.js';
import { bridge, up, withoutIpv6 } from './linux.js';
import type { Nic, VifSettings } from './nic.js';

/** Traffic of a port with this tag goes nowhere; Neutron's agent gives a port its own tag when it has wired it. */
const DEAD_VLAN = '4095';
/** A bridge per trunk port, made by who plugs it (vif_plug_ovs/constants.py TRUNK_BR_PREFIX). */
const TRUNK_BRIDGE_PREFIX = 'tbr-';

/**
 * A port of Open vSwitch (mirrors vif_plug_ovs of os-vif 3.0): the pair's outer end is the switch's port, or, for the
 * iptables firewall (`ovs_hybrid_plug`), stands on a bridge of its own that a second pair joins to the switch.
 */
export function ovsLines(nic: Nic, settings: VifSettings): readonly PlanLine[] {
  const { vif, plan } = nic;
  const mtu = String(plan.mtuBytes);
  const isHybrid = vif.details['ovs_hybrid_plug'] === true;
  const port = isHybrid ? deviceName('qvo', vif.id) : plan.hostDevice;
  const device = [withoutIpv6(plan.hostDevice), up(plan.hostDevice, 'mtu', mtu)];
  return [
    ...(isHybrid ? [...device, ...filterBridge(vif, plan.hostDevice, mtu)] : device),
    ...switchPort(nic, port, settings),
    ...(isInUserSpace(vif) ? [{ verb: 'offload', words: [] } as const] : []),
  ];
}

function switchPort({ vif, instanceUuid, plan }: Nic, port: string, settings: VifSettings): readonly PlanLine[] {
  const name = switchBridge(vif);
  const ids = {
    'iface-id': vif.ovs_interfaceid ?? vif.id,
    'iface-status': 'active',
    'attached-mac': plan.mac,
    'vm-uuid': instanceUuid,
  };
  const idWords = Object.entries(ids).map(([key, value]) => `external_ids:${key}="${value}"`);
  const datapath = vif.details['datapath_type'];
  const database = databaseWords(settings);
  const add = [
    ...database,
    ...['--may-exist', 'add-br', name],
    ...(typeof datapath === 'string' ? ['--', 'set', 'Bridge', name, `datapath_type=${datapath}`] : []),
    ...['--', '--may-exist', 'add-port', name, port],
    ...['--', 'set', 'Interface', port, ...idWords],
  ];
  const wiring = wiringOf(vif);
  const dead = wiring === 'tag' ? ['--', 'set', 'Port', port, `tag=${DEAD_VLAN}`] : [];
  const undo = (...words: readonly string[]): PlanLine => ({ verb: 'undo-ovs', words: [...database, ...words] });
  return [
    { verb: 'ovs-new', words: [...add, ...dead] },
    { verb: 'ovs-again', words: add },
    undo('--if-exists', 'del-port', name, port),
    ...(name.startsWith(TRUNK_BRIDGE_PREFIX) ? [undo('--if-exists', 'del-br', name)] : []),
    ...(wiring === null ? [] : [wiredLine(wiring, port, settings)]),
  ];
}

/**
 * Who wires the port, as far as it can be seen on the switch. Where neutron-openvswitch-agent does, a new port is dead
 * until then (os-vif's `isolate_vif`; without it untagged ports reach each other for a moment). Where another does, a
 * tag of ours would stay for ever.
 */
function wiringOf(vif: Vif): 'tag' | 'ovn' | null {
  const drivers = Object.values(vif.details['bound_drivers'] ?? {});
  if (drivers.includes('ovn')) return 'ovn';
  // Before Neutron named the driver, this detail was that driver's alone.
  return drivers.includes('openvswitch') || 'ovs_hybrid_plug' in vif.details ? 'tag' : null;
}

function wiredLine(how: 'tag' | 'ovn', port: string, settings: VifSettings): PlanLine {
  return { verb: 'wired', words: [how, port, String(settings.wiringTimeoutSeconds), ...databaseWords(settings)] };
}

function filterBridge(vif: Vif, device: string, mtu: string): readonly PlanLine[] {
  const [name, inner, outer] = [deviceName('qbr', vif.id), deviceName('qvb', vif.id), deviceName('qvo', vif.id)];
  const peer = ['type', 'veth', 'peer', 'name', outer, 'mtu', mtu];
  return [
    // Without ageing, frames go to both ports and none is lost while a server moves.
    ...bridge(name, 'ageing_time', '0'),
    { verb: 'make', device: outer, words: ['link', 'add', 'name', inner, 'mtu', mtu, ...peer] },
    withoutIpv6(inner),
    withoutIpv6(outer),
    up(inner, 'mtu', mtu, 'promisc', 'on', 'master', name),
    up(outer, 'mtu', mtu, 'promisc', 'on'),
    up(device, 'master', name),
    { verb: 'undo-device', words: [inner] },
    { verb: 'undo-device', words: [name] },
  ];
}

function switchBridge(vif: Vif): string {
  const name = vif.network?.bridge ?? null;
  if (name === null) throw new ServiceError('Invalid', `Port ${vif.id} of vif_type=ovs names no bridge.`);
  return name;
}

function databaseWords({ ovsdbConnection }: VifSettings): readonly string[] {
  return ovsdbConnection === null ? [] : [`--db=${ovsdbConnection}`];
}

function isInUserSpace(vif: Vif): boolean {
  return vif.details['datapath_type'] === 'netdev';
}
