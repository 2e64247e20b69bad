import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sinon from 'sinon';
import { ServiceError } from '../../../src/errors/kinds.js';
import { Casts, type CastParts } from '../../../src/oslo/casts.js';
import { Inbox, type PendingMessage } from '../../../src/oslo/inbox/inbox.js';
import { LeaveForRetry, type ParkedMessage, type RpcHandler, type RpcRequest } from '../../../src/oslo/rpc.js';
import { RunningWork } from '../../../src/oslo/running-work.js';
import { SECRET_TOKEN } from './contexts.js';
import { testFolder } from './inbox/folders.js';
import { storedCast } from './inbox/messages.js';
import { recordedLog } from './recorded-log.js';

describe('casts', () => {
  const folder = testFolder();
  let inbox: Inbox;
  let log: ReturnType<typeof recordedLog>;
  let work: RunningWork;
  let stopping: AbortController;
  let parked: ParkedMessage[];

  /** As the next process would. */
  const reopen = async (): Promise<void> => {
    await inbox.close();
    inbox = await Inbox.open({ path: folder(), log, now: Date.now });
  };
  const castsWith = (handler: RpcHandler, changes: Partial<CastParts> = {}): Casts =>
    new Casts({
      endpoints: [{ namespace: null, version: '6.1', handlers: new Map([['start', handler]]) }],
      serializer: undefined,
      newUuid: () => 'uuid',
      log,
      inbox,
      work,
      countStarts: 'at-dispatch',
      onParked: (message) => {
        parked.push(message);
        return Promise.resolve();
      },
      signal: stopping.signal,
      ...changes,
    });
  const put = async (id: string): Promise<PendingMessage> => {
    const { stored, request } = storedCast(id, { a: 1 });
    const pending = await inbox.put(stored, request);
    assert.ok(pending !== 'duplicate');
    return pending;
  };
  const unended = (): number[] => inbox.list().map((entry) => entry.unended);
  const never = (): Promise<never> => new Promise(() => {});

  beforeEach(async () => {
    log = recordedLog();
    work = new RunningWork();
    stopping = new AbortController();
    parked = [];
    inbox = await Inbox.open({ path: folder(), log, now: Date.now });
  });
  afterEach(() => inbox.close());

  it('hands the request over, counted on disk before that, and forgets it at its end', async () => {
    const seen: RpcRequest[] = [];
    let startsThen: number[] = [];
    const casts = castsWith((request) => {
      seen.push(request);
      startsThen = unended();
      return Promise.resolve('ignored');
    });
    await casts.run(await put('a'), false);
    await work.idle();
    const [request] = seen;
    assert.deepEqual(
      [request?.method, request?.args, request?.uniqueId, request?.attempt, request?.isCall, request?.fromInbox],
      ['start', { a: 1 }, 'a', 1, false, false],
    );
    assert.equal(request?.context.authToken, SECRET_TOKEN);
    assert.deepEqual([startsThen, inbox.list()], [[1], []]);
  });

  it('resolves when the handler was called, not when it has ended', async () => {
    const called: string[] = [];
    const casts = castsWith((request) => {
      called.push(request.uniqueId);
      return never();
    });
    for (const id of ['1', '2', '3']) await casts.run(await put(id), false);
    assert.deepEqual([called, work.size], [['1', '2', '3'], 3]);
  });

  it('an error is an end too, and is logged once', async () => {
    const casts = castsWith(() =>
      Promise.reject(new ServiceError('NotFound', 'gone', { nova: { name: 'InstanceNotFound' } })),
    );
    await casts.run(await put('a'), false);
    await work.idle();
    assert.deepEqual(inbox.list(), []);
    assert.deepEqual(log.said('error'), ['a cast failed: gone']);
    assert.deepEqual(log.lines[0]?.facts, {
      method: 'start',
      requestId: 'req-1',
      kind: 'NotFound',
      exception: 'InstanceNotFound',
    });
  });

  it('a method that nobody serves ends too', async () => {
    const casts = castsWith(never, { endpoints: [] });
    await casts.run(await put('a'), false);
    await work.idle();
    assert.deepEqual([inbox.list(), log.said('error').length], [[], 1]);
  });

  it('counts by the handler’s word when it waits in a line of its own', async () => {
    let turn = (): void => {};
    const myTurn = new Promise<void>((resolve) => (turn = resolve));
    const casts = castsWith(
      async (request) => {
        await myTurn;
        assert.deepEqual([await request.begin(), await request.begin()], [1, 1]);
        return never();
      },
      { countStarts: 'by-handler' },
    );
    await casts.run(await put('a'), false);
    assert.deepEqual(unended(), [0]);
    turn();
    while (unended()[0] !== 1) await new Promise((resolve) => setImmediate(resolve));
  });

  it('is parked and reported, not started, when three starts came to no end', async () => {
    const handler = sinon.stub().callsFake(never);
    await put('a');
    for (let life = 1; life <= 3; life++) {
      await reopen();
      const [pending] = inbox.list();
      await castsWith(handler).run(pending!, true);
      assert.equal(handler.callCount, life);
      assert.equal((handler.lastCall.args[0] as RpcRequest).attempt, life);
    }
    await reopen();
    await castsWith(handler).run(inbox.list()[0]!, true);
    assert.equal(handler.callCount, 3);
    assert.deepEqual([parked.map((message) => message.uniqueId), inbox.list()], [['a'], []]);
    assert.ok(!JSON.stringify([parked, log.lines]).includes(SECRET_TOKEN));
  });

  it('tells of a parked message again after a restart if telling failed', async () => {
    const pending = await put('a');
    const casts = castsWith(never, { onParked: () => Promise.reject(new Error('conductor is away')) });
    await casts.run({ ...pending, unended: 3 }, true);
    assert.deepEqual(log.said('error'), [
      'a message is parked and not tried again',
      'a parked message could not be reported',
    ]);
    await castsWith(never).reportParked();
    assert.equal(parked.length, 1);
    await castsWith(never).reportParked();
    assert.equal(parked.length, 1);
  });

  describe('left for a retry', () => {
    let clock: sinon.SinonFakeTimers;
    beforeEach(() => {
      clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => clock.restore());

    it('stays, uncounted, and is tried again later and later', async () => {
      const seen: [number, boolean][] = [];
      const handler: RpcHandler = (request) => {
        seen.push([request.attempt, request.fromInbox]);
        return seen.length < 4 ? Promise.reject(new LeaveForRetry('conductor is away')) : Promise.resolve();
      };
      await castsWith(handler).run(await put('a'), false);
      for (const delayMs of [5000, 10_000, 20_000]) {
        await work.idle();
        assert.deepEqual([unended(), clock.countTimers()], [[0], 1]);
        const before = seen.length;
        await clock.tickAsync(delayMs - 1);
        assert.equal(seen.length, before);
        await clock.tickAsync(1);
        while (seen.length === before) await new Promise((resolve) => setImmediate(resolve));
      }
      await work.idle();
      assert.deepEqual(seen, [
        [1, false],
        [2, true],
        [3, true],
        [4, true],
      ]);
      assert.deepEqual([inbox.list(), log.said('warn').length], [[], 3]);
    });

    it('waits for the next process when the service stops', async () => {
      const casts = castsWith(() => Promise.reject(new LeaveForRetry('the service stops')));
      casts.endRetries();
      await casts.run(await put('a'), false);
      await work.idle();
      assert.deepEqual([unended(), clock.countTimers()], [[0], 0]);
    });

    it('what is cut off by a stop does not count, and may still end', async () => {
      let end = (): void => {};
      const casts = castsWith(() => new Promise((resolve) => (end = () => resolve(undefined))));
      await casts.run(await put('a'), false);
      await casts.giveBackStarted();
      assert.deepEqual(unended(), [0]);
      end();
      await work.idle();
      assert.deepEqual([inbox.list(), await readdir(join(folder(), 'pending'))], [[], []]);
    });
  });
});
