import { randomUUID } from 'node:crypto';
import type { ChannelModel } from 'amqplib';
import { messageOf, ServiceError } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import { BrokerConnection, type ConnectionState, type Session } from './broker-connection.js';
import { newBrokerKnowledge, type BrokerKnowledge } from './declare.js';
import { dial } from './dial.js';
import { HostOrder, type Random } from './hosts.js';
import { checkOptions, withUrlQuery, type RabbitOptions } from './options.js';
import { Publisher } from './publisher.js';
import type { TransportUrl } from './transport-url.js';

export interface TransportParts {
  readonly url: TransportUrl;
  /** Options of the URL's query go before these. */
  readonly options: RabbitOptions;
  /** Name of this program in the broker's list of connections. */
  readonly program: string;
  readonly log: Logger;
  readonly random?: Random;
}

/** Sorted, so that the same trouble reads the same however the hosts are tried. */
function allFailed(failures: readonly ServiceError[]): ServiceError {
  const [only, ...others] = failures;
  if (only && others.length === 0) return only;
  return new ServiceError('Unavailable', failures.map(messageOf).sort().join('; '));
}

/**
 * The way to one broker (or cluster): one connection for everything that we send, and one more for each that asks to
 * listen, because RabbitMQ stops reading from a connection whose publishing it blocks.
 */
export class Transport {
  readonly options: RabbitOptions;
  readonly log: Logger;
  readonly knowledge: BrokerKnowledge = newBrokerKnowledge();
  readonly publisher: Publisher;
  private readonly sending: BrokerConnection;
  private readonly connections = new Set<BrokerConnection>();
  private readonly listeners = new Set<(state: ConnectionState) => void>();

  /** Does not connect yet. @throws ServiceError Invalid for options that do not go together */
  constructor(private readonly parts: TransportParts) {
    this.options = withUrlQuery(parts.options, parts.url.query);
    checkOptions(this.options);
    this.log = parts.log;
    this.sending = this.connection('send', () => Promise.resolve());
    this.publisher = new Publisher({
      connection: this.sending,
      options: this.options,
      knowledge: this.knowledge,
      log: this.log,
    });
    if (this.options.ssl && this.options.sslCaFile === '') {
      this.log.warn("TLS without [oslo_messaging_rabbit]ssl_ca_file: the broker's certificate is not verified");
    }
  }

  /** Name of this program, for stable queue names. */
  get program(): string {
    return this.parts.program;
  }

  /** A connection of its own for somebody who listens; the caller starts it, `release` closes it. */
  connection(purpose: string, setup: (session: Session) => Promise<void>): BrokerConnection {
    const { url, program, random = Math.random } = this.parts;
    const { options } = this;
    const order = new HostOrder(url.hosts, options.kombuFailoverStrategy, random);
    const connectionName = `${program}:${process.pid}:${randomUUID()}`;
    const toAny = async (): Promise<ChannelModel> => {
      const failures: ServiceError[] = [];
      for (const host of order.cycle()) {
        try {
          const model = await dial({ host, virtualHost: url.virtualHost, options, connectionName });
          order.connected(host);
          return model;
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          failures.push(error);
        }
      }
      throw allFailed(failures);
    };
    const connection = new BrokerConnection({ purpose, options, dial: toAny, setup, log: this.log });
    connection.onState(() => this.tell());
    this.connections.add(connection);
    return connection;
  }

  /** Begins to connect the sending side; listeners connect when they start. */
  start(): void {
    this.sending.start();
  }

  /** `up` when every connection is: what readiness asks for. */
  get state(): ConnectionState {
    const states = [...this.connections].map((connection) => connection.state);
    if (states.length === 0) return 'closed';
    return states.every((state) => state === 'up') ? 'up' : 'down';
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async release(connection: BrokerConnection): Promise<void> {
    this.connections.delete(connection);
    await connection.close();
  }

  /** Closes every connection. What is still being published is given up. */
  async close(): Promise<void> {
    const all = [...this.connections];
    this.connections.clear();
    await Promise.all(all.map((connection) => connection.close()));
  }

  private tell(): void {
    const { state } = this;
    for (const listener of [...this.listeners]) listener(state);
  }
}
