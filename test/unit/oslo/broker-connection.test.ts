import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ServiceError } from '../../../src/errors/kinds.js';
import { BrokerConnection, TryAgain, type Session } from '../../../src/oslo/broker-connection.js';
import { DEFAULT_RABBIT_OPTIONS } from '../../../src/oslo/options.js';
import { closedWith, FakeConnection } from './fake-broker.js';
import { recordedLog } from './recorded-log.js';

describe('broker connection', () => {
  let clock: sinon.SinonFakeTimers;
  let log: ReturnType<typeof recordedLog>;
  let connections: FakeConnection[];
  let dial: sinon.SinonStub<[], Promise<ReturnType<FakeConnection['asModel']>>>;
  let setup: sinon.SinonStub<[Session], Promise<void>>;
  let connection: BrokerConnection;
  const up = (): boolean => connection.state === 'up';

  beforeEach(() => {
    clock = sinon.useFakeTimers();
    log = recordedLog();
    connections = [];
    dial = sinon.stub();
    dial.callsFake(() => {
      const fake = new FakeConnection();
      connections.push(fake);
      return Promise.resolve(fake.asModel());
    });
    setup = sinon.stub();
    setup.resolves();
    connection = new BrokerConnection({ purpose: 'test', options: DEFAULT_RABBIT_OPTIONS, dial, setup, log });
  });
  afterEach(async () => {
    const closing = connection.close();
    await clock.tickAsync(10_000);
    await closing;
    assert.equal(clock.countTimers(), 0);
    clock.restore();
  });

  it('is up when the set-up is done, and hands out that channel', async () => {
    connection.start();
    connection.start();
    const session = await connection.session();
    assert.deepEqual([connection.state, dial.callCount, setup.callCount], ['up', 1, 1]);
    assert.equal(session.channel, connections[0]?.channels[0]);
  });

  it('tries again after 1, 3, 5 … 30 seconds, and says each reason once', async () => {
    dial.rejects(new ServiceError('Unavailable', 'refused'));
    connection.start();
    const tries: number[] = [];
    for (let second = 0; second <= 70; second++) {
      await clock.tickAsync(second === 0 ? 0 : 1000);
      if (dial.callCount > tries.length) tries.push(second);
    }
    assert.deepEqual(tries, [0, 1, 4, 9, 16, 25, 36, 49, 64]);
    assert.equal(log.said('error').length, 1);
    dial.rejects(new ServiceError('Unavailable', 'no such vhost'));
    await clock.tickAsync(60_000);
    assert.equal(log.said('error').length, 2);
  });

  it('comes back after the loss of the connection, with a new one', async () => {
    connection.start();
    await connection.session();
    const states: string[] = [];
    connection.onState((state) => states.push(state));
    await clock.tickAsync(60_000);
    connections[0]?.die(new Error('Heartbeat timeout'));
    const waiting = connection.session();
    await clock.tickAsync(1000);
    const session = await waiting;
    assert.equal(session.channel, connections[1]?.channels[0]);
    assert.deepEqual(states, ['down', 'up']);
    assert.deepEqual(log.lines.find((line) => line.level === 'warn')?.facts, {
      connection: 'test',
      reason: 'Heartbeat timeout',
    });
  });

  it('comes back after the loss of the channel alone, on the same connection', async () => {
    connection.start();
    const session = await connection.session();
    await clock.tickAsync(60_000);
    connections[0]?.channels[0]?.die(closedWith(404, 'NOT_FOUND'));
    await clock.tickAsync(0);
    assert.deepEqual(
      [connection.state, session.isOpen(), session.refusedWith()],
      ['down', false, { code: 404, message: 'NOT_FOUND' }],
    );
    await clock.tickAsync(1000);
    assert.deepEqual([up(), connections.length, connections[0]?.channels.length], [true, 1, 2]);
  });

  it('begins anew when a listener asks for it, and closes the old channel first', async () => {
    connection.start();
    (await connection.session()).restart('cancelled');
    await clock.tickAsync(60_000);
    assert.deepEqual(
      [up(), connections.length, connections[0]?.channels.map((channel) => channel.open)],
      [true, 1, [false, true]],
    );
  });

  it('a broker that throws us out at once is asked less and less often', async () => {
    setup.callsFake(() => {
      setTimeout(() => connections.at(-1)?.die(new Error('out')), 10);
      return Promise.resolve();
    });
    connection.start();
    await clock.tickAsync(120_000);
    assert.ok(dial.callCount < 15, String(dial.callCount));
  });

  it('a set-up that fails is said once and tried again; one that learns is not said', async () => {
    setup.onCall(0).rejects(new TryAgain('another flag'));
    setup.onCall(1).rejects(new ServiceError('Conflict', 'set amqp_durable_queues'));
    setup.onCall(2).rejects(new ServiceError('Conflict', 'set amqp_durable_queues'));
    connection.start();
    await clock.tickAsync(60_000);
    assert.deepEqual([up(), setup.callCount, log.said('error').length], [true, 4, 1]);
    assert.match(log.said('error')[0] ?? '', /set amqp_durable_queues/);
  });

  it('what waits for a session ends with its signal, or with the connection', async () => {
    dial.rejects(new ServiceError('Unavailable', 'refused'));
    connection.start();
    const controller = new AbortController();
    const impatient = assert.rejects(connection.session(controller.signal), { message: 'enough' });
    controller.abort(new Error('enough'));
    await impatient;
    const patient = assert.rejects(connection.session(), { kind: 'Unavailable', message: /is closed/ });
    const closing = connection.close();
    await patient;
    await clock.tickAsync(10_000);
    await closing;
    assert.equal(connection.state, 'closed');
  });

  it('a connection that comes too late is closed', async () => {
    let arrive = (): void => {};
    const late = new FakeConnection();
    dial.callsFake(() => new Promise((resolve) => (arrive = () => resolve(late.asModel()))));
    connection.start();
    await clock.tickAsync(0);
    await connection.close();
    arrive();
    await clock.tickAsync(0);
    assert.equal(late.closed, true);
  });

  it('says when the broker blocks publishers', async () => {
    connection.start();
    const session = await connection.session();
    assert.equal(connection.ready, session);
    connections[0]?.emit('blocked', 'low on memory');
    assert.deepEqual([connection.ready, connection.state], [undefined, 'up']);
    connections[0]?.emit('unblocked');
    assert.equal(connection.ready, session);
    assert.match(log.said('error')[0] ?? '', /blocks publishers/);
  });

  it('an event listener that throws is a line in the log, not the end of the process', async () => {
    connection.start();
    await connection.session();
    connections[0]?.channels[0]?.emit('handler-error', new Error('oops'), 'delivery');
    assert.equal(log.said('error').length, 1);
  });
});
