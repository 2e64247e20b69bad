import { option } from '../../option.js';
import { boolean, integer, string } from '../../values/scalars.js';

/** No other broker is spoken to. The schemes are those that oslo.messaging maps to RabbitMQ. */
export const rabbit = string(
  /^(?:rabbit|kombu)(?:\+\w+)?:\/\//,
  'rabbit://user:password@host:port/virtual_host; RabbitMQ is the only broker that is spoken to',
);

/** The broker and calls over it (oslo_messaging/transport.py, rpc/client.py of release 14, nova/conf/rpc.py). */
export const messaging = {
  transport_url: option(rabbit, {
    default: 'rabbit://',
    secret: true,
    help: 'The broker: rabbit://user:password@host:port[,user:password@host2:port2]/virtual_host.',
  }),
  control_exchange: option(string(), {
    default: 'nova',
    help: 'Exchange on which the services of this Nova talk. All of them must use the same.',
  }),
  rpc_response_timeout: option(integer(), {
    default: 60,
    reloadable: true,
    help: 'Seconds to wait for the answer to a call.',
  }),
  long_rpc_timeout: option(integer(), {
    default: 1800,
    reloadable: true,
    help: 'Seconds to wait for the answer to a call that may take long, as long as the other side shows signs of life.',
  }),
  executor_thread_pool_size: option(integer({ min: 1 }), {
    default: 64,
    oldNames: [{ name: 'rpc_thread_pool_size' }],
    help: 'Number of requests that are worked on at the same time.',
    idle: 'requests wait for max_concurrent_builds and its like, not for threads',
  }),
  rpc_ping_enabled: option(boolean(), {
    default: false,
    help: 'Answer the oslo.messaging ping call, with which liveness of RPC servers can be watched.',
  }),
};
