import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import type { Instance } from '../../../src/objects/index.js';
import {
  CONTEXT,
  dataOf,
  harness,
  instanceWith,
  keys,
  loggerInto,
  pauseOf,
  sendPause,
  whole,
  type Json,
  type LogLine,
} from './harness.js';

describe('notifier', () => {
  const FORMATS = [
    ['unversioned', ['notifications.INFO compute.instance.pause.start']],
    ['versioned', ['versioned_notifications.INFO instance.pause.start']],
    ['both', ['notifications.INFO compute.instance.pause.start', 'versioned_notifications.INFO instance.pause.start']],
  ] as const;
  for (const [format, expected] of FORMATS) {
    it(`format ${format}`, async () => {
      const h = harness({ format });
      await sendPause(h);
      assert.deepEqual(keys(h.sent), expected);
    });
  }

  for (const drivers of [[], ['noop']] as const) {
    it(`sends and looks up nothing with driver [${drivers.join()}]`, async () => {
      const h = harness({ drivers });
      await sendPause(h, instanceWith());
      await h.notifier.usage({ context: CONTEXT, instance: instanceWith(), period: 'current' });
      await h.notifier.exception(CONTEXT, 'pause_instance', new Error('x'));
      assert.deepEqual([h.sent, h.lines], [[], []]);
    });
  }

  it('sends by every driver to every topic, each time the same message', async () => {
    const h = harness({
      drivers: ['messaging', 'log', 'messagingv2', 'messaging'],
      format: 'unversioned',
      topics: ['a', 'b'],
    });
    await sendPause(h);
    assert.deepEqual(
      h.sent.map(({ topic, enveloped }) => [topic, enveloped]),
      [
        ['a', false],
        ['b', false],
        ['a', true],
        ['b', true],
      ],
    );
    assert.equal(new Set(h.sent.map(({ message }) => message['message_id'])).size, 1);
    assert.deepEqual(
      h.lines.map(({ level, message, facts }) => [level, message, (facts['notification'] as Json)['event_type']]),
      [['info', 'notification compute.instance.pause.start', 'compute.instance.pause.start']],
    );
  });

  it('has no event for a phase that upstream has none for', async () => {
    const h = harness();
    await h.notifier.instance({ ...pauseOf(whole()), phase: 'error', error: new Error('x') });
    await h.notifier.instance({
      context: CONTEXT,
      instance: whole(),
      action: 'volume_attach',
      volumeId: 'v1',
      phase: 'start',
    });
    await h.notifier.instance({
      context: CONTEXT,
      instance: whole(),
      action: 'volume_attach',
      volumeId: 'v1',
      phase: 'end',
      extra: { volume_id: 'v1' },
    });
    await h.finish();
    assert.deepEqual(keys(h.sent), [
      'versioned_notifications.INFO instance.volume_attach.start',
      'notifications.INFO compute.instance.volume.attach',
      'versioned_notifications.INFO instance.volume_attach.end',
    ]);
    assert.equal(dataOf(h.sent[1])['volume_id'], 'v1');
    assert.equal(dataOf(h.sent[2])['volume_id'], 'v1');
  });

  it('loses, with a line in the log, what cannot be completed', async () => {
    const h = harness();
    await sendPause(h, instanceWith());
    assert.deepEqual(h.sent, []);
    assert.deepEqual(
      h.lines.map(({ level, facts }) => [level, facts['eventType'], facts['instanceUuid'], facts['reason']]),
      [['warn', 'compute.instance.pause.start', 'i1', 'no such instance']],
    );
  });

  it('goes on to the other topics when one cannot be had', async () => {
    const lines: LogLine[] = [];
    const sent: string[] = [];
    const h = harness(
      { topics: ['bad', 'good'] },
      {
        log: loggerInto(lines),
        sender: {
          send: ({ topic }) => {
            sent.push(topic);
            return topic === 'bad' ? Promise.reject(new ServiceError('Invalid', 'refused')) : Promise.resolve();
          },
        },
      },
    );
    await sendPause(h);
    assert.deepEqual(sent, ['bad', 'good', 'versioned_notifications']);
    assert.deepEqual(
      lines.map(({ level, facts }) => [level, facts['topic'], facts['reason']]),
      [['warn', 'bad', 'refused']],
    );
  });

  it('never throws, whatever it is given', async () => {
    const h = harness();
    const broken = { clone: () => assert.fail('broken') } as unknown as Instance;
    await h.notifier.instance(pauseOf(broken));
    await h.notifier.usage({ context: CONTEXT, instance: broken, period: 'previous' });
    await h.finish();
    assert.deepEqual(
      h.lines.map(({ level, facts }) => [level, facts['reason']]),
      [
        ['error', 'broken'],
        ['error', 'broken'],
      ],
    );
  });

  it('does not wait for the broker, except for the audit of a whole host', async () => {
    let release = (): void => {};
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    const h = harness({ capacity: 1, format: 'unversioned' }, { sender: { send: () => blocked } });
    for (let count = 0; count < 5; count += 1) await h.notifier.instance(pauseOf(whole()));
    assert.ok(h.lines.length >= 3);
    let audited = false;
    const audit = h.notifier.usage({ context: CONTEXT, instance: whole(), period: 'previous' }).then(() => {
      audited = true;
    });
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    assert.equal(audited, false);
    release();
    await audit;
    await h.finish();
  });
});
