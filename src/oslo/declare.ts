import type { ConfirmChannel } from 'amqplib';
import type { Logger } from '../observe/logger.js';
import { TryAgain, type Session } from './broker-connection.js';
import { inequivalentArgument, refusal, type BrokerError, type Declared } from './refusals.js';
import type { ExchangeDeclaration, QueueDeclaration, Subscription } from './topology.js';

/** What earlier refusals taught about this broker; shared by all connections to it. */
export interface BrokerKnowledge {
  /** Exchanges that exist with other flags than ours: used as they are, no longer declared. */
  readonly foreignExchanges: Set<string>;
  /** Queues that exist as transient although our options say durable. */
  readonly transientQueues: Set<string>;
  /** Transient queues on a node that does not answer: deleted before they are declared anew. */
  readonly stuckQueues: Set<string>;
}

export function newBrokerKnowledge(): BrokerKnowledge {
  return { foreignExchanges: new Set(), transientQueues: new Set(), stuckQueues: new Set() };
}

export interface Declaring {
  readonly session: Session;
  readonly knowledge: BrokerKnowledge;
  readonly log: Logger;
}

function brokerError(session: Session, error: unknown): BrokerError {
  const said = session.refusedWith();
  if (said) return said;
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: typeof code === 'number' ? code : undefined, message: String(message) };
}

async function attempt(declaring: Declaring, declared: Declared, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const said = brokerError(declaring.session, error);
    if (learn(declaring, declared, said)) throw new TryAgain(said.message);
    throw refusal(said, declared);
  }
}

/**
 * What release 16 does on its second try: an exchange that exists with another `durable` is used as it is, a queue
 * that exists as transient is declared so, and a transient queue stuck on a dead node is deleted first. (The broker
 * closes the channel at each refusal, so the second try is the next session's.) True if that try will differ.
 */
function learn({ knowledge, log }: Declaring, declared: Declared, error: BrokerError): boolean {
  const argument = inequivalentArgument(error);
  const { message } = refusal(error, declared);
  if (declared.what === 'exchange') {
    if (argument !== 'durable' && argument !== 'auto_delete') return false;
    knowledge.foreignExchanges.add(declared.exchange.name);
    log.warn(`${message}; until then the exchange is used as it is`);
    return true;
  }
  const { queue } = declared;
  const quorum = queue.arguments['x-queue-type'] !== undefined;
  if (argument === 'durable' && queue.durable && !quorum && !knowledge.transientQueues.has(queue.name)) {
    knowledge.transientQueues.add(queue.name);
    log.warn(`${message}; until then the queue is used as it is`);
    return true;
  }
  if (error.code === 404 && !queue.durable) knowledge.stuckQueues.add(queue.name);
  return false;
}

/** Makes sure that an exchange exists. @throws ServiceError that names the option to set */
export async function declareExchange(declaring: Declaring, exchange: ExchangeDeclaration): Promise<void> {
  const { session, knowledge } = declaring;
  if (knowledge.foreignExchanges.has(exchange.name)) return;
  const { durable, autoDelete } = exchange;
  await attempt(declaring, { what: 'exchange', exchange }, () =>
    session.channel.assertExchange(exchange.name, exchange.type, { durable, autoDelete }),
  );
}

async function deleteStuck(
  channel: ConfirmChannel,
  knowledge: BrokerKnowledge,
  queue: QueueDeclaration,
): Promise<void> {
  if (knowledge.stuckQueues.delete(queue.name)) await channel.deleteQueue(queue.name);
}

async function declareQueue(declaring: Declaring, subscription: Subscription): Promise<void> {
  const { session, knowledge } = declaring;
  const { queue, kind } = subscription;
  const durable = queue.durable && !knowledge.transientQueues.has(queue.name);
  await attempt(declaring, { what: 'queue', queue, kind }, async () => {
    await deleteStuck(session.channel, knowledge, queue);
    await session.channel.assertQueue(queue.name, {
      durable,
      autoDelete: queue.autoDelete,
      arguments: queue.arguments,
    });
  });
}

/**
 * Exchange, queue and binding, in upstream's order.
 * @throws ServiceError that names what was refused, why, and which option to set.
 */
export async function declareSubscription(declaring: Declaring, subscription: Subscription): Promise<void> {
  const { exchange, queue, routingKey } = subscription;
  if (exchange) await declareExchange(declaring, exchange);
  await declareQueue(declaring, subscription);
  if (!exchange) return;
  try {
    await declaring.session.channel.bindQueue(queue.name, exchange.name, routingKey);
  } catch (error) {
    // An exchange used as it was is gone: from now on it is ours to declare again.
    declaring.knowledge.foreignExchanges.delete(exchange.name);
    throw refusal(brokerError(declaring.session, error), { what: 'exchange', exchange });
  }
}
