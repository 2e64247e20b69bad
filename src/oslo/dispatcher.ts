import { noSuchMethod, unsupportedVersion } from './failure.js';
import type { RpcEndpoint, RpcHandler } from './rpc.js';

function parse(version: string): readonly [major: number, minor: number, revision: number] | undefined {
  const parts = /^(\d+)\.(\d+)(?:\.(\d+))?$/.exec(version);
  return parts ? [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)] : undefined;
}

/** Whether an endpoint of version `served` serves a message that needs `asked` (oslo_messaging/_utils.py, version_is_compatible). */
export function serves(served: string, asked: string): boolean {
  const [have, need] = [parse(served), parse(asked)];
  if (!have || !need || have[0] !== need[0]) return false;
  return have[1] > need[1] || (have[1] === need[1] && have[2] >= need[2]);
}

/** What of a request decides about its handler. */
export interface Wanted {
  readonly namespace: string | null;
  readonly version: string;
  readonly method: string;
}

/**
 * The handler of a request (oslo_messaging/rpc/dispatcher.py, RPCDispatcher.dispatch, release 14): the first endpoint
 * of its namespace and version that has the method.
 * @throws ServiceError NoSuchMethod if an endpoint fits but none has the method, else UnsupportedVersion
 */
export function findHandler(endpoints: readonly RpcEndpoint[], wanted: Wanted): RpcHandler {
  const fitting = endpoints.filter(
    (endpoint) => endpoint.namespace === wanted.namespace && serves(endpoint.version, wanted.version),
  );
  if (fitting.length === 0) throw unsupportedVersion(wanted.version, wanted.method);
  for (const endpoint of fitting) {
    const handler = endpoint.handlers.get(wanted.method);
    if (handler) return handler;
  }
  throw noSuchMethod(wanted.method);
}

/** Answers operators' pings when `[DEFAULT]rpc_ping_enabled` is set (PingEndpoint ibidem). */
export const PING_ENDPOINT: RpcEndpoint = {
  namespace: null,
  version: '1.0',
  handlers: new Map([['oslo_rpc_server_ping', () => Promise.resolve('pong')]]),
};
