import { EventEmitter } from 'node:events';
import type { ChannelModel, ConfirmChannel } from 'amqplib';

type Confirm = (error: Error | null) => void;

/** What a channel was told to publish. */
export interface Published {
  readonly exchange: string;
  readonly routingKey: string;
  readonly content: Buffer;
  readonly options: Readonly<Record<string, unknown>>;
  readonly confirm: Confirm;
}

/** A channel whose broker is the test. As amqplib's: `error` and `close` when the broker closes it, and unconfirmed messages fail. */
export class FakeChannel extends EventEmitter {
  readonly published: Published[] = [];
  readonly declared: string[] = [];
  refuseDeclarations: Error | undefined;
  open = true;

  assertExchange(name: string): Promise<void> {
    this.declared.push(name);
    const refused = this.refuseDeclarations;
    if (!refused) return Promise.resolve();
    this.die(refused);
    return Promise.reject(refused);
  }

  publish(exchange: string, routingKey: string, content: Buffer, ...rest: [Published['options'], Confirm]): boolean {
    if (!this.open) throw new Error('Channel closed');
    this.published.push({ exchange, routingKey, content, options: rest[0], confirm: rest[1] });
    return true;
  }

  /** The broker closes the channel. */
  die(error?: Error): void {
    this.open = false;
    if (error) this.emit('error', error);
    for (const { confirm } of this.published) confirm(new Error('channel closed'));
    this.emit('close');
  }

  close(): Promise<void> {
    this.open = false;
    this.emit('close');
    return Promise.resolve();
  }
}

/** A connection whose channels the test holds in its hands. */
export class FakeConnection extends EventEmitter {
  readonly channels: FakeChannel[] = [];
  closed = false;

  createConfirmChannel(): Promise<ConfirmChannel> {
    if (this.closed) return Promise.reject(new Error('Connection closed'));
    const channel = new FakeChannel();
    this.channels.push(channel);
    return Promise.resolve(channel as unknown as ConfirmChannel);
  }

  /** The connection breaks: channels first, as amqplib does it. */
  die(error: Error): void {
    this.closed = true;
    this.emit('error', error);
    for (const channel of this.channels) if (channel.open) channel.die();
    this.emit('close', error);
  }

  close(): Promise<void> {
    this.closed = true;
    for (const channel of this.channels) if (channel.open) channel.die();
    this.emit('close');
    return Promise.resolve();
  }

  asModel(): ChannelModel {
    return this as unknown as ChannelModel;
  }
}

/** An error as amqplib makes it from a close frame. */
export function closedWith(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}
