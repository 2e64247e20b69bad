import { kindOf, messageOf, novaNameOf, ServiceError } from '../errors/kinds.js';
import type { ServiceRecords } from '../compute/ports/services.js';
import { create, expectObject, type Service } from '../objects/index.js';
import { ConductorCalls, type ConductorParts } from './calls.js';

const BINARY = 'nova-compute';

/** Service records, in the name of the service itself. */
export function createServiceRecords(parts: ConductorParts, lifetime: AbortSignal): ServiceRecords {
  const calls = (): ConductorCalls =>
    new ConductorCalls(parts, parts.ownContext(), { signal: lifetime, timeoutMs: parts.responseTimeoutMs });
  const find = async (host: string): Promise<Service | undefined> => {
    const found = await calls().classAction('Service', 'get_by_host_and_binary', [host, BINARY]);
    return found === null ? undefined : expectObject(found, 'Service', 'Service.get_by_host_and_binary');
  };
  return {
    waitForConductor: (signal) => waitForConductor(parts, signal),
    async minimumVersion(binary) {
      const version = await calls().classAction('Service', 'get_minimum_version_multi', [[binary]]);
      return typeof version === 'number' ? version : 0;
    },
    find,
    create: (host, version) => createRecord(calls(), { host, version }, find),
    async save(service) {
      // As upstream's report does: the identifying fields beside the changed ones (nova/servicegroup/drivers/db.py).
      const sent = service.partial(['id', 'uuid', 'host', 'binary', 'topic', 'report_count', 'version']);
      try {
        await calls().objectAction(service, 'save', { sent });
      } catch (error) {
        if (novaNameOf(error) !== 'ServiceNotFound') throw error;
        throw new ServiceError('NotFound', 'The service record was deleted.', { cause: error });
      }
    },
  };
}

async function createRecord(
  calls: ConductorCalls,
  record: { host: string; version: number },
  find: (host: string) => Promise<Service | undefined>,
): Promise<Service> {
  const service = create('Service', { ...record, binary: BINARY, topic: 'compute', report_count: 0 });
  try {
    await calls.objectAction(service, 'create');
    return service;
  } catch (error) {
    const name = novaNameOf(error);
    const existing =
      name === 'ServiceTopicExists' || name === 'ServiceBinaryExists' ? await find(record.host) : undefined;
    if (existing === undefined) throw error;
    return existing;
  }
}

/** Short tries first, since conductor may start at the same time (nova/conductor/api.py wait_until_ready, release 26). */
async function waitForConductor(parts: ConductorParts, signal: AbortSignal): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const timeoutMs = tries <= 10 ? 10_000 : 60_000;
    const target = { topic: 'conductor', namespace: 'baseapi', version: '1.0' };
    try {
      const args = { arg: 'are you there' };
      await parts.rpc.call({ ...target, method: 'ping', args, context: parts.ownContext(), timeoutMs, signal });
      return;
    } catch (error) {
      if (signal.aborted) throw new ServiceError('Interrupted', 'Stopped while waiting for nova-conductor.');
      if (kindOf(error) !== 'Timeout' && kindOf(error) !== 'Unavailable') throw error;
      parts.log.warn('Waiting for nova-conductor. Is it running, and on the same broker and vhost?', {
        tries,
        reason: messageOf(error),
      });
      await parts.pause(1000, signal);
    }
  }
}
