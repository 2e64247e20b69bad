import { messageOf } from '../errors/kinds.js';
import type { SchedulerNews } from '../compute/ports/conductor.js';
import type { RequestContext } from '../observe/context.js';
import { create } from '../objects/index.js';
import type { RpcArgs } from '../oslo/index.js';
import type { ConductorParts } from './calls.js';

/** Fanout to the schedulers (scheduler RPC 4.2), used by their affinity filters. A lost one is repaired by the sync. */
export function createSchedulerNews(
  parts: ConductorParts,
  context: RequestContext,
  signal: AbortSignal,
): SchedulerNews {
  const tell = async (method: string, args: RpcArgs): Promise<void> => {
    const { host, tracksInstanceChanges } = parts.settings;
    if (!tracksInstanceChanges) return;
    const body = { host_name: host, ...args };
    try {
      await parts.rpc.fanout({ topic: 'scheduler', version: '4.2', method, args: body, context, signal });
    } catch (error) {
      parts.log.warn('The schedulers were not told; the periodic sync will', { method, reason: messageOf(error) });
    }
  };
  return {
    instanceChanged: (instance) =>
      tell('update_instance_info', { instance_info: create('InstanceList', { objects: [instance] }) }),
    instanceDeleted: (instanceUuid) => tell('delete_instance_info', { instance_uuid: instanceUuid }),
    sync: (instanceUuids) => tell('sync_instance_info', { instance_uuids: instanceUuids }),
  };
}
