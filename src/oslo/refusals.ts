import { ServiceError } from '../errors/kinds.js';
import type { ExchangeDeclaration, QueueDeclaration } from './topology.js';

/** What the broker said when it closed a channel or a connection. */
export interface BrokerError {
  /** AMQP reply code: 404 NOT_FOUND, 406 PRECONDITION_FAILED, 541 INTERNAL_ERROR … */
  readonly code: number | undefined;
  readonly message: string;
}

/** What was being declared. */
export type Declared =
  | { readonly what: 'exchange'; readonly exchange: ExchangeDeclaration }
  | { readonly what: 'queue'; readonly queue: QueueDeclaration; readonly kind: 'topic' | 'fanout' | 'reply' };

/** Options that decide about an argument, for topic queues and the exchange / for reply and fanout queues. */
const OPTIONS_OF_ARGUMENT: Readonly<Record<string, readonly [lasting: string, transient: string]>> = {
  durable: ['amqp_durable_queues or rabbit_quorum_queue', 'rabbit_transient_quorum_queue or rabbit_stream_fanout'],
  auto_delete: ['amqp_auto_delete', 'rabbit_transient_quorum_queue or rabbit_stream_fanout'],
  'x-queue-type': ['rabbit_quorum_queue', 'rabbit_transient_quorum_queue or rabbit_stream_fanout'],
  'x-ha-policy': ['rabbit_ha_queues', 'rabbit_ha_queues'],
  'x-expires': ['rabbit_transient_queues_ttl', 'rabbit_transient_queues_ttl'],
  'x-max-age': ['rabbit_transient_queues_ttl', 'rabbit_transient_queues_ttl'],
  'x-delivery-limit': ['rabbit_quorum_delivery_limit', 'rabbit_quorum_delivery_limit'],
  'x-max-in-memory-length': ['rabbit_quorum_max_memory_length', 'rabbit_quorum_max_memory_length'],
  'x-max-in-memory-bytes': ['rabbit_quorum_max_memory_bytes', 'rabbit_quorum_max_memory_bytes'],
};

/**
 * The argument in which our declaration differs from what exists, from a 406's text: the protocol has no other place
 * for it, and upstream reads it there too (impl_rabbit.py, release 16).
 */
export function inequivalentArgument(error: BrokerError): string | undefined {
  if (error.code !== 406) return undefined;
  return /inequivalent arg '([^']+)'/.exec(error.message)?.[1];
}

function nameOf(declared: Declared): string {
  return declared.what === 'exchange' ? `exchange '${declared.exchange.name}'` : `queue '${declared.queue.name}'`;
}

function isTransient(declared: Declared): boolean {
  return declared.what === 'exchange' ? declared.exchange.type === 'fanout' : declared.kind !== 'topic';
}

/** RabbitMQ from 4.3 on (earlier by configuration) refuses queues that are neither durable nor exclusive, with 541. */
function refusesTransientQueues(error: BrokerError, declared: Declared): boolean {
  const transient = declared.what === 'queue' && !declared.queue.durable;
  return transient && error.code === 541 && error.message.includes('transient_nonexcl_queues');
}

function advice(error: BrokerError, declared: Declared): string {
  if (refusesTransientQueues(error, declared)) {
    return (
      'this broker refuses transient queues: set rabbit_transient_quorum_queue = true and rabbit_quorum_queue = true in ' +
      '[oslo_messaging_rabbit] of all services, or permit transient_nonexcl_queues in rabbitmq.conf'
    );
  }
  const argument = inequivalentArgument(error);
  const options = argument === undefined ? undefined : OPTIONS_OF_ARGUMENT[argument];
  if (options) {
    const option = options[isTransient(declared) ? 1 : 0];
    return (
      `it exists with another '${String(argument)}': set ${option} in [oslo_messaging_rabbit] as the other services of ` +
      `this broker have it, or delete the ${declared.what} if nobody uses it`
    );
  }
  if (error.code === 403) return 'grant this user configure, write and read permissions on the virtual host';
  return 'see the log of the broker';
}

/** The error for a declaration that the broker refused: what, why, and which option to set. */
export function refusal(error: BrokerError, declared: Declared): ServiceError {
  const text = `RabbitMQ refused ${nameOf(declared)}: ${advice(error, declared)} (${error.message})`;
  return new ServiceError(error.code === 403 ? 'Forbidden' : 'Conflict', text, { facts: { code: error.code ?? null } });
}
