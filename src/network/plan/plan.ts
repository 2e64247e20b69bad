import { ServiceError } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import type { Nic, VifSettings } from '../vif-types/nic.js';
import { hostLines } from '../vif-types/vif-types.js';
import { commonLines, guestLines } from './guest.js';
import type { PlugPlan } from './lines.js';
import { deviceName, guestNames } from './names.js';

const MAC = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SMALLEST_MTU = 68;
const LARGEST_MTU = 65_535;
/** os-vif's `network_device_mtu`. */
const DEFAULT_MTU = 1500;

/** What a plan is made from beside the ports. */
export interface PlanRequest {
  readonly instanceUuid: string;
  readonly vifs: readonly Vif[];
  /** Names that ports of the instance have by now, by port id. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * The plan to plug an instance's ports: data, the same for the same input.
 * Throws Unsupported for a vif type that containers can't be plugged to, Invalid for values that make no sense.
 */
export function plugPlan(request: PlanRequest, settings: VifSettings): PlugPlan {
  if (!UUID.test(request.instanceUuid)) throw invalid(`${request.instanceUuid} is no instance uuid`);
  const names = guestNames(request.vifs, request.names);
  const nics = request.vifs.map((vif, index) => nicPlan(vif, names.get(vif.id) ?? '', index, request.instanceUuid));
  return {
    instanceUuid: request.instanceUuid,
    common: commonLines(request.vifs),
    nics: nics.map((nic) => ({ ...nic.plan, lines: [...hostLines(nic, settings), ...nic.plan.lines] })),
  };
}

function nicPlan(vif: Vif, guestName: string, index: number, instanceUuid: string): Nic {
  const mac = vif.address?.toLowerCase() ?? '';
  if (!UUID.test(vif.id)) throw invalid(`${vif.id} is no port id`);
  if (!MAC.test(mac)) throw invalid(`port ${vif.id} has no MAC address but ${JSON.stringify(vif.address)}`);
  const mtuBytes = mtuOf(vif);
  const plan = {
    portId: vif.id,
    guestName,
    hostDevice: deviceName('tap', vif.id),
    mac,
    mtuBytes,
    lines: guestLines(vif, { guestName, index, mtuBytes }),
  };
  return { vif, instanceUuid, plan };
}

function mtuOf(vif: Vif): number {
  const mtu = vif.network?.meta['mtu'] ?? DEFAULT_MTU;
  if (typeof mtu === 'number' && Number.isInteger(mtu) && mtu >= SMALLEST_MTU && mtu <= LARGEST_MTU) return mtu;
  throw invalid(`the network of port ${vif.id} has an MTU of ${JSON.stringify(mtu)}`);
}

function invalid(reason: string): ServiceError {
  return new ServiceError('Invalid', `The instance can't be plugged: ${reason}.`);
}
