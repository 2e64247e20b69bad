import { kindOf, messageOf } from '../../errors/kinds.js';
import type { Vif } from '../../objects/index.js';
import type { InstanceOperation } from '../operation.js';
import { networkRequest, type BuildRequest } from './build-request.js';

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * The ports of a new server, asked for again as often as `network_allocate_retries` says (nova/compute/manager.py
 * _allocate_network_async, release 26; upstream also repeats what the user asked wrongly, which stays wrong).
 */
export async function allocatePorts(op: InstanceOperation, request: BuildRequest): Promise<readonly Vif[]> {
  const wanted = networkRequest(op, request, op.signal);
  const { networks, settings, pause } = op.parts;
  for (let left = settings.networkAllocateRetries, pauseMs = FIRST_PAUSE_MS; ; left -= 1) {
    try {
      const isRepeated = wanted.isRepeated || left < settings.networkAllocateRetries;
      return await networks.allocate({ ...wanted, isRepeated });
    } catch (error) {
      const mayPass = kindOf(error) === 'Unavailable' || kindOf(error) === 'Timeout';
      if (!mayPass || left <= 0 || op.signal.aborted) throw error;
      op.log.warn('Ports could not be made; they are asked for again', { reason: messageOf(error), triesLeft: left });
      await pause(pauseMs, op.signal);
      op.signal.throwIfAborted();
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }
}

/**
 * Columns for the addresses by which a server says it is reached: those on the operator's network for that, unless its
 * user named others (`default_access_ip_network_name`; _build_and_run_instance, release 26).
 */
export function accessAddresses(
  { instance, parts: { settings } }: InstanceOperation,
  vifs: readonly Vif[],
): { readonly access_ip_v4?: string; readonly access_ip_v6?: string } {
  const name = settings.accessIpNetwork;
  if (name === null || instance.peek('access_ip_v4') || instance.peek('access_ip_v6')) return {};
  const network = vifs.find((vif) => vif.network?.label === name)?.network;
  const ips = network?.subnets.flatMap((subnet) => subnet.ips.flatMap(({ address }) => address ?? [])) ?? [];
  const [v4, v6] = [ips.find((ip) => !ip.includes(':')), ips.find((ip) => ip.includes(':'))];
  return { ...(v4 !== undefined && { access_ip_v4: v4 }), ...(v6 !== undefined && { access_ip_v6: v6 }) };
}
