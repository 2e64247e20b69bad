import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorKind } from '../../../src/errors/kinds.js';
import {
  adminContext,
  DEFAULT_RABBIT_OPTIONS,
  Inbox,
  parseTransportUrl,
  RpcClient,
  RpcServer,
  Transport,
  type CallRequest,
  type RabbitOptions,
  type RpcHandler,
  type RpcServerParts,
} from '../../../src/oslo/index.js';
import { recordedLog } from '../../unit/oslo/recorded-log.js';

/** Pauses short enough for a test. */
const QUICK: Partial<RabbitOptions> = {
  kombuReconnectDelayS: 0.1,
  rabbitRetryIntervalS: 0.2,
  rabbitRetryBackoffS: 0,
  rabbitLoginMethod: 'AMQPLAIN',
};

const KINDS: Readonly<Record<string, ErrorKind>> = {
  InstanceNotFound: 'NotFound',
  UnexpectedDeletingTaskStateError: 'Conflict',
};

export const context = adminContext(randomUUID(), new Date());

export function uniqueTopic(): string {
  return `t${randomUUID().slice(0, 8)}`;
}

/** One side of a conversation, and all that has to be closed after it. */
export class Rig {
  readonly log = recordedLog();
  readonly transport: Transport;
  readonly client: RpcClient;
  private readonly closing: (() => Promise<unknown>)[] = [];

  constructor(url: string, options: Partial<RabbitOptions> = {}) {
    this.transport = new Transport({
      url: parseTransportUrl(url),
      options: { ...DEFAULT_RABBIT_OPTIONS, ...QUICK, ...options },
      program: 'contract-test',
      log: this.log,
    });
    this.transport.start();
    this.client = new RpcClient({ transport: this.transport, exchange: 'nova', kindOfClass: (name) => KINDS[name] });
  }

  async inbox(path?: string): Promise<Inbox> {
    const folder = path ?? (await mkdtemp(join(tmpdir(), 'oslo-contract-')));
    const inbox = await Inbox.open({ path: folder, log: this.log, now: Date.now });
    this.closing.unshift(async () => {
      await inbox.close();
      if (path === undefined) await rm(folder, { recursive: true, force: true });
    });
    return inbox;
  }

  /** Serves handlers as version 6.5 without namespace, on one topic and host `us`. */
  async serve(
    topic: string,
    handlers: Readonly<Record<string, RpcHandler>>,
    changes: Partial<RpcServerParts> = {},
  ): Promise<RpcServer> {
    const endpoints = [{ namespace: null, version: '6.5', handlers: new Map(Object.entries(handlers)) }];
    const inbox = changes.inbox ?? (await this.inbox());
    const server = new RpcServer({
      transport: this.transport,
      exchange: 'nova',
      server: 'us',
      endpoints,
      ...changes,
      inbox,
    });
    this.closing.unshift(() => server.stop({ deadlineMs: 0, graceMs: 0 }));
    await server.recover();
    await server.listen(topic);
    return server;
  }

  call(topic: string, method: string, args: object = {}, changes: Partial<CallRequest> = {}): Promise<unknown> {
    return this.client.call({
      topic,
      server: 'us',
      version: '6.0',
      method,
      args: { ...args },
      context,
      timeoutMs: 10_000,
      ...changes,
    });
  }

  cast(topic: string, method: string, args: object = {}, uniqueId?: string): Promise<void> {
    const request = { topic, server: 'us', version: '6.0', method, args: { ...args }, context };
    return this.client.cast(uniqueId === undefined ? request : { ...request, uniqueId });
  }

  async close(): Promise<void> {
    for (const close of this.closing.splice(0)) await close();
    await this.client.close();
    await this.transport.close();
  }
}

/** Rigs of a suite, closed after each test. */
export function rigs(): (url: string, options?: Partial<RabbitOptions>) => Rig {
  const all: Rig[] = [];
  afterEach(async () => {
    for (const rig of all.splice(0)) await rig.close();
  });
  return (url, options) => {
    const rig = new Rig(url, options);
    all.push(rig);
    return rig;
  };
}

/** Waits for what must become true; the test's own timeout is the limit. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
