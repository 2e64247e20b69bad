import { randomBytes, randomUUID } from 'node:crypto';
import type { ConfirmChannel } from 'amqplib';
import type { BrokerConnection, Session } from '../../src/oslo/broker-connection.js';
import { declareExchange, declareSubscription } from '../../src/oslo/declare.js';
import { DEFAULT_RABBIT_OPTIONS, parseTransportUrl, Transport } from '../../src/oslo/index.js';
import { replySubscription, topicExchange } from '../../src/oslo/topology.js';
import { readyCall, ReplyReader } from './load-envelope.js';

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const options = DEFAULT_RABBIT_OPTIONS;
const EXCHANGE = 'nova';
const TIMEOUT_MS = 30_000;
/** What oslo.messaging's client gives a call without mandatory flag. */
const PROPERTIES = {
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  deliveryMode: 2,
  priority: 0,
  headers: {},
  mandatory: false,
  expiration: String(TIMEOUT_MS),
};

/** What is called, and how many calls are on their way at any time. */
export interface Task {
  readonly topic: string;
  readonly server: string;
  readonly method: string;
  readonly args: object;
  readonly flight: number;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds of each call. */
  readonly latencies: readonly number[];
}

interface Round {
  readonly task: Task;
  readonly reader: ReplyReader;
  /** When each call was sent, by message id. */
  readonly sent: Map<string, number>;
  readonly latencies: number[];
  readonly next: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * A client of RPC servers that costs little, so that what is measured is the server: on the wire it is one of
 * oslo.messaging (exchange, reply queue, confirms, an ack for each reply, two connections), but it serialises a call once
 * and does not read replies that look as they must.
 */
export class LoadGenerator {
  readonly replyQueue = replySubscription(options, randomUUID().replaceAll('-', ''));
  private readonly transport: Transport;
  private readonly receiving: BrokerConnection;
  private readonly sending: BrokerConnection;
  private readonly run = randomBytes(10).toString('hex');
  private serial = 0;
  private round: Round | undefined;

  constructor(url: string) {
    this.transport = new Transport({ url: parseTransportUrl(url), options, program: 'bench', log: silent });
    const declaring = (session: Session) => ({ session, knowledge: this.transport.knowledge, log: silent });
    this.sending = this.transport.connection('load', (session) =>
      declareExchange(declaring(session), topicExchange(options, EXCHANGE)),
    );
    this.receiving = this.transport.connection('replies', async (session) => {
      await declareSubscription(declaring(session), this.replyQueue);
      await session.channel.consume(this.replyQueue.queue.name, (reply) => {
        if (!reply) return;
        session.channel.ack(reply);
        this.receive(reply.content);
      });
    });
    this.sending.start();
    this.receiving.start();
  }

  /** Calls for so many seconds and waits for all replies. @throws Error for a reply that is not whole, or none in 30 s */
  async load(task: Task, seconds: number): Promise<Load> {
    await this.receiving.session();
    const { channel } = await this.sending.session();
    const began = performance.now();
    const latencies = await this.calls(channel, task, began + seconds * 1000);
    return { perSecond: (latencies.length * 1000) / (performance.now() - began), latencies };
  }

  async close(): Promise<void> {
    await this.transport.close();
  }

  private async calls(channel: ConfirmChannel, task: Task, end: number): Promise<number[]> {
    const call = readyCall(task.method, task.args, this.replyQueue.queue.name);
    const sent = new Map<string, number>();
    const latencies: number[] = [];
    let watch: NodeJS.Timeout | undefined;
    try {
      return await new Promise<number[]>((resolve, reject) => {
        const send = (): void => {
          const serial = (this.serial += 1).toString(16).padStart(12, '0');
          const messageId = this.run + serial;
          sent.set(messageId, performance.now());
          const body = call.body(messageId, `${serial}${this.run}`);
          channel.publish(EXCHANGE, `${task.topic}.${task.server}`, body, PROPERTIES);
        };
        const next = (): void => {
          if (performance.now() < end) send();
          else if (sent.size === 0) resolve(latencies);
        };
        this.round = { task, reader: new ReplyReader(task.args), sent, latencies, next, fail: reject };
        watch = setInterval(() => {
          const oldest = Math.min(...sent.values());
          if (performance.now() - oldest > TIMEOUT_MS) reject(new Error(`no reply within ${TIMEOUT_MS} ms`));
        }, 1000);
        for (let lane = 0; lane < task.flight; lane += 1) send();
      });
    } finally {
      clearInterval(watch);
      this.round = undefined;
    }
  }

  private receive(content: Buffer): void {
    const { round } = this;
    if (!round) return;
    try {
      const messageId = round.reader.messageIdOf(content);
      const since = round.sent.get(messageId);
      if (since === undefined) throw new Error('a reply to nothing that was asked, or a second one');
      round.sent.delete(messageId);
      round.latencies.push(performance.now() - since);
      round.next();
    } catch (error) {
      round.fail(error as Error);
    }
  }
}
