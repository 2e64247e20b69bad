import assert from 'node:assert/strict';
import { createLimit } from '../../../src/compute/limits.js';

const never = new AbortController().signal;

describe('compute/limits', () => {
  it('runs no more than its places at a time', async () => {
    const limit = createLimit(2);
    let running = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise(setImmediate);
      running -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => limit.run(never, work)));
    assert.equal(most, 2);
  });

  it('ends the wait of who is aborted, without running his work and without taking a place', async () => {
    const limit = createLimit(1);
    let release = (): void => undefined;
    const first = limit.run(never, () => new Promise<void>((resolve) => (release = resolve)));
    const abort = new AbortController();
    const waiting = limit.run(abort.signal, () => Promise.reject(new Error('ran')));
    abort.abort(new Error('deleted'));
    await assert.rejects(waiting, /deleted/);
    release();
    await first;
    assert.equal(await limit.run(never, () => Promise.resolve('free')), 'free');
  });

  it('hands on what running work throws, and takes 0 as unlimited', async () => {
    await assert.rejects(
      createLimit(1).run(never, () => Promise.reject(new Error('no'))),
      /no/,
    );
    const limit = createLimit(0);
    const started: number[] = [];
    const all = Array.from({ length: 50 }, (_one, n) => limit.run(never, () => Promise.resolve(started.push(n))));
    await Promise.all(all);
    assert.equal(started.length, 50);
  });

  it('has more places, or fewer, from now on', async () => {
    const limit = createLimit(1);
    const releases: (() => void)[] = [];
    const work = (): Promise<void> => new Promise((resolve) => releases.push(resolve));
    const all = Array.from({ length: 3 }, () => limit.run(never, work));
    await new Promise(setImmediate);
    assert.equal(releases.length, 1);
    limit.resize(2);
    await new Promise(setImmediate);
    assert.equal(releases.length, 2);
    limit.resize(1);
    releases[0]?.();
    await all[0];
    await new Promise(setImmediate);
    assert.equal(releases.length, 2, 'the second still runs');
    releases[1]?.();
    await all[1];
    await new Promise(setImmediate);
    releases[2]?.();
    await all[2];
  });
});
