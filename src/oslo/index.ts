export type {
  CallRequest,
  CastRequest,
  FanoutRequest,
  ParkedMessage,
  RpcArgs,
  RpcCaller,
  RpcEndpoint,
  RpcHandler,
  RpcRequest,
  RpcSerializer,
  RpcTarget,
} from './rpc.js';
export { LeaveForRetry } from './rpc.js';
export { adminContext, contextFromWire, contextToWire, elevated, wireTimestamp } from './context-wire.js';
export type { KindOfClass } from './failure.js';
export { DEFAULT_RABBIT_OPTIONS, checkOptions, problemsOf, withUrlQuery, type RabbitOptions } from './options.js';
export { parseTransportUrl, type BrokerHost, type TransportUrl } from './transport-url.js';
export { Transport, type TransportParts } from './transport.js';
export { RpcClient, type RpcClientParts } from './client.js';
export { RpcServer, type RpcServerParts, type StopOptions } from './server.js';
export { PING_ENDPOINT, serves } from './dispatcher.js';
export { decompress } from './compression.js';
export { decodeEnvelope, isWireObject, type WireObject } from './envelope.js';
export { decodeRequest } from './message.js';
export { Inbox, type InboxParts, type PendingMessage } from './inbox/inbox.js';
export { publishNotification, type Notification } from './notifier.js';
