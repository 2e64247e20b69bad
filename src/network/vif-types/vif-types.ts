import { ServiceError } from '../../errors/kinds.js';
import type { PlanLine } from '../plan/lines.js';
import { bridgeLines } from './bridge.js';
import type { Nic, VifSettings, VifType } from './nic.js';
import { ovsLines } from './ovs.js';

/** By `binding:vif_type`. */
const VIF_TYPES: Readonly<Record<string, VifType>> = { ovs: ovsLines, bridge: bridgeLines };

/** Host-side lines of a port. Throws Unsupported for a type that is not in the table. */
export function hostLines(nic: Nic, settings: VifSettings): readonly PlanLine[] {
  const type = nic.vif.type ?? 'null';
  const make = Object.hasOwn(VIF_TYPES, type) ? VIF_TYPES[type] : undefined;
  const isPlain = nic.vif.vnic_type === 'normal';
  if (make === undefined || !isPlain) {
    throw new ServiceError(
      'Unsupported',
      `Port ${nic.vif.id} has vif_type=${type}, vnic_type=${nic.vif.vnic_type}: containers can be plugged to ` +
        `${Object.keys(VIF_TYPES).join(' and ')} ports of vnic_type normal.`,
      { nova: { name: 'VirtualInterfaceCreateException' } },
    );
  }
  return make(nic, settings);
}
