import type { Vif } from '../../objects/index.js';
import type { NicPlan, PlanLine } from '../plan/lines.js';

/** A port on its way to a plan. */
export interface Nic {
  readonly vif: Vif;
  readonly instanceUuid: string;
  readonly plan: NicPlan;
}

/** What the operator set about switches. */
export interface VifSettings {
  /** `[os_vif_ovs] ovsdb_connection`; null for ovs-vsctl's own default. */
  readonly ovsdbConnection: string | null;
  /** How long the runtime looks for an agent's work when it had to make a pair anew. */
  readonly wiringTimeoutSeconds: number;
}

export type VifType = (nic: Nic, settings: VifSettings) => readonly PlanLine[];
