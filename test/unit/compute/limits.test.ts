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
    await Promise.all(Array.from({ length: 10 }, () => limit(never, work)));
    assert.equal(most, 2);
  });

  it('ends the wait of who is aborted, without running his work and without taking a place', async () => {
    const limit = createLimit(1);
    let release = (): void => undefined;
    const first = limit(never, () => new Promise<void>((resolve) => (release = resolve)));
    const abort = new AbortController();
    const waiting = limit(abort.signal, () => Promise.reject(new Error('ran')));
    abort.abort(new Error('deleted'));
    await assert.rejects(waiting, /deleted/);
    release();
    await first;
    assert.equal(await limit(never, () => Promise.resolve('free')), 'free');
  });

  it('hands on what running work throws, and takes 0 as unlimited', async () => {
    await assert.rejects(
      createLimit(1)(never, () => Promise.reject(new Error('no'))),
      /no/,
    );
    const limit = createLimit(0);
    const started: number[] = [];
    const all = Array.from({ length: 50 }, (_one, n) => limit(never, () => Promise.resolve(started.push(n))));
    await Promise.all(all);
    assert.equal(started.length, 50);
  });
});
