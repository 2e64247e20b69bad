import { join } from 'node:path';
import type { ComputeHandler } from '../compute/manager.js';
import { kindOfNovaClass } from '../conductor/exceptions.js';
import type { Config } from '../config/tables.js';
import { kindOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import { dehydrate, hydrate, ObjectValidator } from '../objects/index.js';
import {
  Inbox,
  LeaveForRetry,
  parseTransportUrl,
  PING_ENDPOINT,
  RpcClient,
  RpcServer,
  Transport,
  type ParkedMessage,
  type RpcEndpoint,
  type RpcHandler,
  type RpcSerializer,
} from '../oslo/index.js';
import { rabbitOptions } from './settings.js';

/** The way to the broker. */
export interface Messaging {
  readonly transport: Transport;
  readonly client: RpcClient;
  readonly inbox: Inbox;
}

/** Arguments come from anybody on the broker and are checked; results come from nova-conductor, which checks its own. */
function serializer(): RpcSerializer {
  const validator = new ObjectValidator();
  return {
    serialize: dehydrate,
    deserialize: (value, argument) => {
      if (argument !== undefined) validator.validate(value, argument);
      return hydrate(value);
    },
  };
}

/** Serves compute RPC of both majors (nova/compute/manager.py target 6.1 to 6.5, and the proxy of 5.13). */
export const COMPUTE_VERSIONS = ['6.5', '5.13'] as const;

/** The way to the broker for one who only asks: no request is taken. */
export function openClient(config: Config, log: Logger): Pick<Messaging, 'transport' | 'client'> {
  const { DEFAULT } = config;
  const url = parseTransportUrl(DEFAULT.transport_url);
  const transport = new Transport({ url, options: rabbitOptions(config), program: 'nova-compute-docker', log });
  transport.start();
  const client = new RpcClient({
    transport,
    exchange: DEFAULT.control_exchange,
    kindOfClass: kindOfNovaClass,
    serializer: serializer(),
  });
  return { transport, client };
}

export async function openMessaging(config: Config, log: Logger): Promise<Messaging> {
  const way = openClient(config, log);
  const inbox = await Inbox.open({ path: join(config.DEFAULT.state_path, 'inbox'), log, now: Date.now });
  return { ...way, inbox };
}

export function createServer(
  config: Config,
  messaging: Messaging,
  handlers: ReadonlyMap<string, ComputeHandler>,
  onParked: (message: ParkedMessage) => Promise<void>,
): RpcServer {
  const { DEFAULT } = config;
  return new RpcServer({
    transport: messaging.transport,
    exchange: DEFAULT.control_exchange,
    server: DEFAULT.host,
    endpoints: [...computeEndpoints(handlers), BASE_ENDPOINT, ...(DEFAULT.rpc_ping_enabled ? [PING_ENDPOINT] : [])],
    inbox: messaging.inbox,
    serializer: serializer(),
    onParked,
    countStarts: 'by-handler',
  });
}

/** Instances that a request in the inbox is about; the start of the service decides nothing about them. */
export function instancesInInbox(inbox: Inbox): ReadonlySet<string> {
  const uuids = inbox.list().map(({ request }) => uuidOf(request.args['instance']));
  return new Set(uuids.filter((uuid) => uuid !== undefined));
}

/** The uuid of an instance as it travels. */
export function uuidOf(primitive: unknown): string | undefined {
  const data = (primitive as { 'nova_object.data'?: { uuid?: unknown } } | null)?.['nova_object.data'];
  return typeof data?.uuid === 'string' ? data.uuid : undefined;
}

function computeEndpoints(handlers: ReadonlyMap<string, ComputeHandler>): RpcEndpoint[] {
  const rpcHandlers = new Map([...handlers].map(([method, handler]) => [method, leavingForRetry(handler)]));
  return COMPUTE_VERSIONS.map((version) => ({ namespace: null, version, handlers: rpcHandlers }));
}

/** What the service could not do because it stops stays in the inbox. */
function leavingForRetry(handler: ComputeHandler): RpcHandler {
  return async (request) => {
    try {
      return await handler(request);
    } catch (error) {
      throw kindOf(error) === 'Interrupted' ? new LeaveForRetry('the service stops', { cause: error }) : error;
    }
  };
}

/** What every Nova service answers (nova/baserpc.py, 1.1). */
const BASE_ENDPOINT: RpcEndpoint = {
  namespace: 'baseapi',
  version: '1.1',
  handlers: new Map<string, RpcHandler>([
    [
      'ping',
      async (request) => {
        await request.begin();
        return { service: 'compute', arg: request.args['arg'] ?? null };
      },
    ],
    ['get_backdoor_port', () => Promise.resolve(null)],
  ]),
};
