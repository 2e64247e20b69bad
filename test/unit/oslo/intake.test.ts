import assert from 'node:assert/strict';
import { join } from 'node:path';
import { rm, writeFile } from 'node:fs/promises';
import sinon from 'sinon';
import { encodeEnvelope } from '../../../src/oslo/envelope.js';
import { Inbox } from '../../../src/oslo/inbox/inbox.js';
import { Intake } from '../../../src/oslo/intake.js';
import type { Delivery } from '../../../src/oslo/listener.js';
import { testFolder } from './inbox/folders.js';
import { recordedLog } from './recorded-log.js';

type Told = 'open' | 'acked' | 'rejected';

/** A delivery, and what the broker was told of it. */
function deliver(content: Buffer, channel: { open: boolean } = { open: true }): Delivery & { told: Told } {
  const delivery: Delivery & { told: Told } = {
    told: 'open',
    topic: 'compute',
    content,
    properties: {} as Delivery['properties'],
    ack: () => {
      if (channel.open) delivery.told = 'acked';
      return channel.open;
    },
    reject: () => {
      delivery.told = 'rejected';
    },
    isOpen: () => channel.open,
  };
  return delivery;
}

const cast = (id: string | undefined, method = 'start'): Buffer =>
  encodeEnvelope({ method, version: '6.0', args: {}, ...(id !== undefined && { _unique_id: id }) });
const call = (id: string, method = 'ping'): Buffer =>
  encodeEnvelope({ method, version: '6.0', args: {}, _unique_id: id, _msg_id: `m-${id}`, _reply_q: 'reply_1' });

describe('intake', () => {
  const folder = testFolder();
  let inbox: Inbox;
  let log: ReturnType<typeof recordedLog>;
  let ran: string[];
  let told: Map<string, () => Told>;

  const intakeOver = (runs: Partial<{ runCast: () => Promise<void>; runCall: () => void }> = {}): Intake =>
    new Intake({
      inbox,
      runCall: (request) => ran.push(`call ${String(request.uniqueId)}`),
      runCast: (pending) => {
        ran.push(`cast ${pending.uniqueId} ${told.get(pending.uniqueId)?.() ?? ''}`.trim());
        return Promise.resolve();
      },
      newId: () => 'made-here',
      now: Date.now,
      log,
      ...runs,
    });

  beforeEach(async () => {
    log = recordedLog();
    ran = [];
    told = new Map();
    inbox = await Inbox.open({ path: join(folder(), 'inbox'), log, now: Date.now });
  });
  afterEach(() => inbox.close());

  it('acks a cast when it is on disk, and runs it after that', async () => {
    const intake = intakeOver();
    const delivery = deliver(cast('a'));
    told.set('a', () => delivery.told);
    intake.accept(delivery);
    assert.equal(delivery.told, 'open');
    await intake.settled();
    assert.deepEqual(ran, ['cast a acked']);
    assert.deepEqual(
      inbox.list().map((entry) => entry.uniqueId),
      ['a'],
    );
  });

  it('acks a call at once and writes nothing', async () => {
    const intake = intakeOver();
    const delivery = deliver(call('c'));
    intake.accept(delivery);
    assert.equal(delivery.told, 'acked');
    await intake.settled();
    assert.deepEqual([ran, inbox.list()], [['call c'], []]);
  });

  it('calls handlers in the order of arrival, casts and calls alike', async () => {
    const intake = intakeOver();
    for (const message of [cast('1'), call('2'), cast('3'), cast('4'), call('5')]) intake.accept(deliver(message));
    await intake.settled();
    assert.deepEqual(ran, ['cast 1', 'call 2', 'cast 3', 'cast 4', 'call 5']);
  });

  it('calls the handler of a call at once when nothing is before it', async () => {
    const intake = intakeOver();
    intake.accept(deliver(call('1')));
    assert.deepEqual(ran, ['call 1']);
    intake.accept(deliver(cast('2')));
    intake.accept(deliver(call('3')));
    assert.deepEqual(ran, ['call 1']);
    await intake.settled();
    intake.accept(deliver(call('4')));
    assert.deepEqual(ran, ['call 1', 'cast 2', 'call 3', 'call 4']);
  });

  it('answers the broker once, also when a call cannot be handed on', () => {
    const intake = intakeOver({ runCall: () => assert.fail('broken') });
    const delivery = deliver(call('c'));
    intake.accept(delivery);
    assert.deepEqual([delivery.told, log.said('error')], ['acked', ['a message could not be handed on']]);
  });

  it('takes duplicates from the broker and does nothing', async () => {
    const intake = intakeOver();
    const deliveries = [cast('a'), cast('a'), call('c'), call('c')].map((message) => deliver(message));
    for (const delivery of deliveries) intake.accept(delivery);
    await intake.settled();
    assert.deepEqual(ran, ['cast a', 'call c']);
    assert.deepEqual(
      deliveries.map((delivery) => delivery.told),
      ['acked', 'acked', 'acked', 'acked'],
    );
  });

  it('does not run a call whose ack fails: it comes again, and then it runs', async () => {
    const intake = intakeOver();
    intake.accept(deliver(call('c'), { open: false }));
    await intake.settled();
    assert.deepEqual(ran, []);
    intake.accept(deliver(call('c')));
    await intake.settled();
    assert.deepEqual(ran, ['call c']);
  });

  it('runs a cast whose ack fails, once: it is on disk', async () => {
    const intake = intakeOver();
    intake.accept(deliver(cast('a'), { open: false }));
    const again = deliver(cast('a'));
    intake.accept(again);
    await intake.settled();
    assert.deepEqual([ran, again.told], [['cast a'], 'acked']);
  });

  it('gives a cast without id one of our own', async () => {
    const intake = intakeOver();
    intake.accept(deliver(cast(undefined)));
    await intake.settled();
    assert.deepEqual(ran, ['cast made-here']);
  });

  it('drops what cannot be read, says so without quoting it, and goes on', async () => {
    const intake = intakeOver();
    const bad = [Buffer.from('geheim'), Buffer.from('{"geheim": 1}'), encodeEnvelope({ method: 1, geheim: 1 })].map(
      (content) => deliver(content),
    );
    for (const delivery of bad) intake.accept(delivery);
    intake.accept(deliver(call('c')));
    await intake.settled();
    assert.deepEqual(
      bad.map((delivery) => delivery.told),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(log.said('error').length, 3);
    assert.ok(!JSON.stringify(log.lines).includes('geheim'));
    assert.deepEqual(ran, ['call c']);
  });

  it('does not wait for a handler that takes long', async () => {
    const intake = intakeOver({ runCast: () => Promise.resolve() });
    intake.accept(deliver(cast('slow')));
    intake.accept(deliver(call('c')));
    await intake.settled();
    assert.deepEqual(ran, ['call c']);
  });

  describe('when the disk refuses', () => {
    let clock: sinon.SinonFakeTimers;
    /** Puts a file where the folder of pending messages was, or the folder back. */
    const breakDisk = async (): Promise<void> => {
      await rm(join(folder(), 'inbox', 'pending'), { recursive: true });
      await writeFile(join(folder(), 'inbox', 'pending'), '');
    };
    const mendDisk = async (): Promise<void> => {
      await rm(join(folder(), 'inbox', 'pending'));
      const fresh = await Inbox.open({ path: join(folder(), 'inbox'), log, now: Date.now });
      await fresh.close();
    };
    const until = async (condition: () => boolean): Promise<void> => {
      while (!condition()) {
        await clock.tickAsync(100);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => clock.restore());

    it('holds a cast unacked until the disk takes it, complains once, and lets calls pass', async () => {
      const intake = intakeOver();
      await breakDisk();
      const delivery = deliver(cast('a'));
      intake.accept(delivery);
      intake.accept(deliver(cast('b')));
      intake.accept(deliver(call('c')));
      await intake.settled();
      assert.deepEqual([ran, delivery.told], [['call c'], 'open']);
      assert.equal(log.said('error').length, 1);
      await mendDisk();
      await until(() => ran.length === 3);
      assert.equal(delivery.told, 'acked');
      assert.deepEqual(ran.slice(1).sort(), ['cast a', 'cast b']);
    });

    it('forgets a cast that the broker took back', async () => {
      const intake = intakeOver();
      await breakDisk();
      const channel = { open: true };
      intake.accept(deliver(cast('a'), channel));
      await intake.settled();
      channel.open = false;
      await mendDisk();
      await clock.tickAsync(10_000);
      assert.deepEqual([ran, inbox.list(), clock.countTimers()], [[], [], 0]);
    });
  });
});
