import assert from 'node:assert/strict';
import sinon from 'sinon';
import { ServiceError } from '../../../src/errors/kinds.js';
import { brokerSender, patienceMs } from '../../../src/notify/broker.js';
import { notificationDrivers } from '../../../src/notify/delivery.js';
import { unobserved } from '../../../src/observe/calls.js';
import { DEFAULT_RABBIT_OPTIONS, type Transport } from '../../../src/oslo/index.js';

interface Published {
  readonly routingKey: string;
  readonly body: Buffer;
}

/** A transport whose publisher is this. */
function transportOf(publish: (message: Published, signal: AbortSignal) => Promise<unknown>): Transport {
  return { options: DEFAULT_RABBIT_OPTIONS, publisher: { publish } } as unknown as Transport;
}

const NOTICE = { topic: 'notifications', priority: 'INFO', message: { event_type: 'x' }, enveloped: false };

describe('notifications on the broker', () => {
  const parts = { exchange: 'nova', observer: unobserved };
  let ids: number;
  const uuid = (): string => `0000-${(ids += 1)}`;

  beforeEach(() => {
    ids = 0;
  });

  it('each message has an id of its own', async () => {
    const published: Published[] = [];
    const transport = transportOf((message) => Promise.resolve(published.push(message)));
    const sender = brokerSender({ ...parts, uuid, transport, retry: -1 });
    await sender.send(NOTICE, new AbortController().signal);
    await sender.send({ ...NOTICE, enveloped: true, priority: 'ERROR' }, new AbortController().signal);
    assert.deepEqual(
      published.map(({ routingKey, body }) => [routingKey, JSON.parse(body.toString()) as unknown]),
      [
        ['notifications.info', { event_type: 'x', _unique_id: '00001' }],
        ['notifications.error', { 'oslo.version': '2.0', 'oslo.message': '{"event_type":"x","_unique_id":"00002"}' }],
      ],
    );
  });

  it('gives up after as many tries as the operator allows', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const transport = transportOf(
        (_message, signal) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
      );
      const sending = brokerSender({ ...parts, uuid, transport, retry: 0 }).send(NOTICE, new AbortController().signal);
      const refused = assert.rejects(
        sending,
        (error) => error instanceof ServiceError && error.kind === 'Unavailable' && /within 5 s/.test(error.message),
      );
      await clock.tickAsync(5_000);
      await refused;
    } finally {
      clock.restore();
    }
  });

  it('waits between tries as long as its connection does', () => {
    assert.equal(patienceMs(DEFAULT_RABBIT_OPTIONS, 0), 5_000);
    assert.equal(patienceMs(DEFAULT_RABBIT_OPTIONS, 2), 15_000 + 1_000 + 3_000);
    assert.equal(patienceMs({ ...DEFAULT_RABBIT_OPTIONS, rabbitIntervalMaxS: 2 }, 3), 20_000 + 5_000);
  });

  it('knows the drivers by their names', () => {
    assert.deepEqual(notificationDrivers(['messaging', 'noop']), ['messaging', 'noop']);
    assert.deepEqual(notificationDrivers([]), []);
    assert.throws(
      () => notificationDrivers(['routing']),
      (error) => error instanceof ServiceError && /'routing'.*messagingv2, messaging, log, noop/.test(error.message),
    );
  });
});
