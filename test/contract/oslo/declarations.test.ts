import assert from 'node:assert/strict';
import { connect, type ConsumeMessage } from 'amqplib';
import { publishNotification, type RabbitOptions } from '../../../src/oslo/index.js';
import { readTour } from '../../wire/reader.js';
import type { Broker } from './broker.js';
import { PythonPeer } from './peer.js';
import { context, rigs, uniqueTopic, until } from './rig.js';
import { ownBroker } from './shared-broker.js';
import { withoutTransientQueues } from './modern-broker.js';

interface QueueRow {
  readonly name: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly type: string;
  readonly arguments: readonly (readonly [name: string, type: string, value: unknown])[];
}

describe('what stands at the broker', function () {
  const rig = rigs();
  let broker: Broker;
  let topic: string;
  before(async () => {
    broker = await ownBroker();
  });
  beforeEach(() => {
    topic = uniqueTopic();
  });

  /** Virtual host of its own, so that the exchange `nova` may have other flags. */
  const vhost = async (): Promise<string> => {
    await broker.ctl('add_vhost', topic);
    await broker.ctl('set_permissions', '-p', topic, 'guest', '.*', '.*', '.*');
    return `${broker.url}${topic}`;
  };
  const queues = async (): Promise<QueueRow[]> => {
    const columns = ['name', 'durable', 'auto_delete', 'type', 'arguments'];
    return JSON.parse(await broker.ctl('list_queues', '-p', topic, ...columns, '--formatter', 'json')) as QueueRow[];
  };
  const shape = (rows: readonly QueueRow[], pattern: RegExp): object | undefined => {
    const row = rows.find(({ name }) => pattern.test(name));
    return (
      row && {
        durable: row.durable,
        type: row.type,
        arguments: Object.fromEntries(row.arguments.map(([name, , value]) => [name, value])),
      }
    );
  };

  const expires = { 'x-expires': 1_800_000 };
  const classic = { durable: false, type: 'classic', arguments: {} };
  const quorum = { durable: true, type: 'quorum', arguments: { 'x-queue-type': 'quorum' } };
  const modes: readonly [
    name: string,
    options: Partial<RabbitOptions>,
    python: object,
    lasting: object,
    transient: object,
  ][] = [
    ['the default', {}, {}, classic, { ...classic, arguments: expires }],
    [
      'durable queues',
      { amqpDurableQueues: true },
      { amqp_durable_queues: true },
      { ...classic, durable: true },
      { ...classic, arguments: expires },
    ],
    [
      'quorum queues',
      { rabbitQuorumQueue: true, rabbitQuorumDeliveryLimit: 5 },
      { rabbit_quorum_queue: true, rabbit_quorum_delivery_limit: 5 },
      { ...quorum, arguments: { ...quorum.arguments, 'x-delivery-limit': 5 } },
      { ...classic, arguments: expires },
    ],
  ];
  for (const [name, options, python, lasting, transient] of modes) {
    it(`${name}: as the real library declares it, and both work together`, async () => {
      const url = await vhost();
      const us = rig(url, options);
      await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
      const peer = new PythonPeer(url, { ...python });
      try {
        assert.deepEqual(
          (await peer.ask('call', { topic, server: 'us', version: '6.0', method: 'echo', args: { a: 1 } })).result,
          { a: 1 },
        );
        // The peer declares the same queues: a difference would be refused with 406, and it would not serve.
        assert.equal((await peer.ask('serve', { topic, server: 'them' })).result, true);
        assert.deepEqual(await us.call(topic, 'echo', { a: 1 }, { server: 'them', version: '2.0' }), { a: 1 });
      } finally {
        await peer.stop();
      }
      const rows = await queues();
      assert.deepEqual(shape(rows, new RegExp(`^${topic}\\.us$`)), lasting);
      assert.deepEqual(shape(rows, new RegExp(`^${topic}\\.them$`)), lasting);
      for (const fanout of rows.filter((row) => row.name.includes('_fanout_')))
        assert.deepEqual(shape([fanout], /./), transient);
      assert.deepEqual(shape(rows, /^reply_/), transient);
    });
  }

  it('transient quorum queues and stable names', async () => {
    const us = rig(await vhost(), { rabbitQuorumQueue: true, rabbitTransientQuorumQueue: true, useQueueManager: true });
    const server = await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    assert.deepEqual(await us.call(topic, 'echo', { a: 1 }), { a: 1 });
    const rows = await queues();
    assert.ok(rows.every((row) => row.durable && row.type === 'quorum'));
    assert.ok(rows.some((row) => /^reply_[^:]+:contract-test:1$/.test(row.name)));
    await server.stop({ deadlineMs: 0, graceMs: 0 });
    assert.ok((await queues()).some((row) => row.name.startsWith(`${topic}_fanout_`)));
  });

  it('a fanout stream reaches every server, and goes on after a reconnect where it was', async () => {
    const url = await vhost();
    const options = { rabbitTransientQuorumQueue: true, rabbitStreamFanout: true, rabbitQosPrefetchCount: 10 };
    const seen: Record<string, unknown[]> = { one: [], two: [] };
    const servers = [rig(url, options), rig(url, options)];
    for (const [index, name] of ['one', 'two'].entries()) {
      await servers[index]!.serve(
        topic,
        { note: (request) => Promise.resolve(seen[name]!.push(request.args['n'])) },
        { server: name },
      );
    }
    const fan = (n: number): Promise<void> =>
      servers[0]!.client.fanout({ topic, version: '6.0', method: 'note', args: { n }, context });
    await fan(1);
    await until(() => seen['one']!.length === 1 && seen['two']!.length === 1);
    await broker.ctl('close_all_connections', '-p', topic, 'test');
    await until(() => servers.every((server) => server.transport.state === 'up'));
    await fan(2);
    await until(() => seen['one']!.length === 2 && seen['two']!.length === 2);
    assert.deepEqual(seen, { one: [1, 2], two: [1, 2] });
  });

  it('a clean stop deletes the fanout queue and leaves the others', async () => {
    const us = rig(await vhost());
    const server = await us.serve(topic, {});
    assert.equal((await queues()).length, 3);
    await server.stop({ deadlineMs: 0, graceMs: 0 });
    assert.deepEqual((await queues()).map((row) => row.name).sort(), [topic, `${topic}.us`]);
  });

  it('a queue that exists with other flags: the log names the option, once, and it goes on when that is mended', async () => {
    const url = await vhost();
    // It leaves: told of a deleted queue it would declare it again, and sometimes before us.
    const durable = rig(url, { amqpDurableQueues: true });
    await durable.serve(topic, {});
    await durable.close();
    const us = rig(url);
    const serving = us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    await until(() => us.log.said('error').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const errors = us.log.said('error');
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(
      errors[0] ?? '',
      /queue 't\w+'.*'durable': set amqp_durable_queues or rabbit_quorum_queue in \[oslo_messaging_rabbit\]/,
    );
    assert.match(us.log.said('warn').join(), /exchange 'nova'.*until then the exchange is used as it is/);
    for (const name of [topic, `${topic}.us`]) await broker.ctl('delete_queue', '-p', topic, name);
    await serving;
    assert.deepEqual(await us.call(topic, 'echo', { a: 1 }), { a: 1 });
  });

  it('durable here but transient there: as release 16, we take what is there', async () => {
    const url = await vhost();
    await rig(url).serve(topic, {});
    const us = rig(url, { amqpDurableQueues: true });
    await us.serve(topic, { echo: (request) => Promise.resolve(request.args) }, { server: 'us2' });
    assert.deepEqual(await us.call(topic, 'echo', { a: 1 }, { server: 'us2' }), { a: 1 });
    assert.deepEqual(shape(await queues(), new RegExp(`^${topic}$`)), classic);
  });

  it('another type of queue: the log names the option', async () => {
    const url = await vhost();
    await rig(url, { amqpDurableQueues: true }).serve(topic, {});
    const us = rig(url, { rabbitQuorumQueue: true });
    const serving = assert.rejects(us.serve(topic, {}), { kind: 'Unavailable' });
    await until(() => us.log.said('error').length > 0);
    assert.match(us.log.said('error')[0] ?? '', /'x-queue-type': set rabbit_quorum_queue/);
    await us.close();
    await serving;
  });

  it('a broker that permits no transient queues any more: the log names the options', async () => {
    const modern = await withoutTransientQueues(broker.ports.plain);
    try {
      const us = rig(broker.url.replace(String(broker.ports.plain), String(modern.port)));
      const serving = assert.rejects(us.serve(topic, {}));
      await until(() => us.log.said('error').length > 0);
      const [said = ''] = us.log.said('error');
      assert.match(
        said,
        /queue 't\w+'.*refuses transient queues: set rabbit_transient_quorum_queue = true and rabbit_quorum_queue = true/,
      );
      await us.close();
      await serving;
    } finally {
      modern.close();
    }
  });

  it('a virtual host of any name', async () => {
    const name = `${topic}/a %2F?&#`;
    await broker.ctl('add_vhost', name);
    await broker.ctl('set_permissions', '-p', name, 'guest', '.*', '.*', '.*');
    const us = rig(`${broker.url}${encodeURIComponent(name)}`);
    await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    assert.deepEqual(await us.call(topic, 'echo', { a: 1 }), { a: 1 });
    await broker.ctl('delete_vhost', name);
  });

  it('a user who may not write hears which permissions to grant', async () => {
    const url = await vhost();
    await broker.ctl('set_permissions', '-p', topic, 'guest', '.*', '^amq', '.*');
    const us = rig(url);
    await assert.rejects(us.cast(topic, 'note'), { kind: 'Forbidden', message: /RabbitMQ refuses|grant this user/ });
  });

  it('properties of what we publish are those of nova, message for message', async () => {
    const url = await vhost();
    const us = rig(url);
    const connection = await connect(url.replace('rabbit:', 'amqp:'));
    const channel = await connection.createChannel();
    const got: ConsumeMessage[] = [];
    await channel.assertExchange('nova', 'topic', { durable: false });
    await channel.assertQueue(topic, { durable: false });
    await channel.bindQueue(topic, 'nova', `${topic}.#`);
    await channel.consume(topic, (message) => void (message && got.push(message)));
    await us.cast(topic, 'note');
    await us.call(topic, 'ask', {}, { timeoutMs: 1000 }).catch(() => {});
    const notification = { exchange: 'nova', topic, priority: 'INFO', message: { a: 1 } };
    await publishNotification(us.transport, { ...notification, enveloped: true });
    await publishNotification(us.transport, { ...notification, enveloped: false });
    await until(() => got.length >= 4);
    await connection.close();
    const recorded = readTour('zed').find((line) => !('expiration' in line.properties))!.properties;
    const set = (message: ConsumeMessage): object => {
      const { contentType, contentEncoding, deliveryMode, priority, headers, ...others } =
        message.properties as unknown as Record<string, unknown>;
      const more = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
      const named = {
        content_type: contentType,
        content_encoding: contentEncoding,
        delivery_mode: deliveryMode,
        priority,
      };
      return { ...named, headers: { ...(headers as object) }, ...more };
    };
    assert.deepEqual(got.map(set), [recorded, { ...recorded, expiration: '1000' }, recorded, recorded]);
    assert.deepEqual(
      got.map((message) => message.fields.routingKey),
      [`${topic}.us`, `${topic}.us`, `${topic}.info`, `${topic}.info`],
    );
    assert.deepEqual(
      got.slice(2).map((message) => message.content.toString()),
      ['{"oslo.version":"2.0","oslo.message":"{\\"a\\":1}"}', '{"a":1}'],
    );
  });

  it('a notification waits in its queue for its first reader', async () => {
    const us = rig(await vhost());
    await publishNotification(us.transport, {
      exchange: 'nova',
      topic,
      priority: 'ERROR',
      message: { a: 1 },
      enveloped: true,
    });
    const rows = JSON.parse(
      await broker.ctl('list_queues', '-p', topic, 'name', 'messages', '--formatter', 'json'),
    ) as unknown;
    assert.deepEqual(rows, [{ name: `${topic}.error`, messages: 1 }]);
  });

  it('connections tell who they are', async () => {
    const us = rig(await vhost());
    await us.serve(topic, {});
    const rows = JSON.parse(
      await broker.ctl('list_connections', 'client_properties', 'vhost', '--formatter', 'json'),
    ) as { vhost: string; client_properties: string }[];
    const mine = rows.filter((row) => row.vhost === topic);
    assert.equal(mine.length, 2);
    for (const row of mine) assert.match(JSON.stringify(row), new RegExp(`contract-test:${process.pid}:[0-9a-f-]{36}`));
  });
});
