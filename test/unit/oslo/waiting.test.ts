import assert from 'node:assert/strict';
import sinon from 'sinon';
import { limited, patiently, pause, unlessAborted } from '../../../src/oslo/waiting.js';

describe('waiting', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it('a pause ends early with the signal’s reason and leaves no timer', async () => {
    const controller = new AbortController();
    const waiting = pause(1000, controller.signal);
    controller.abort(new Error('stop'));
    await assert.rejects(waiting, { message: 'stop' });
    assert.equal(clock.countTimers(), 0);
    await assert.rejects(pause(1000, controller.signal), { message: 'stop' });
  });

  it('work wins over a signal that comes later', async () => {
    const controller = new AbortController();
    assert.equal(await unlessAborted(Promise.resolve(1), controller.signal), 1);
    controller.abort();
  });

  it('a limit ends by time, by the outer signal, or by its owner', async () => {
    const byTime = limited(100, undefined, () => new Error('late'));
    await clock.tickAsync(100);
    assert.equal((byTime.signal.reason as Error).message, 'late');
    const outer = new AbortController();
    const byOuter = limited(100, outer.signal, () => new Error('late'));
    outer.abort(new Error('outer'));
    assert.equal((byOuter.signal.reason as Error).message, 'outer');
    byOuter.end();
    const byOwner = limited(100, undefined, () => new Error('late'));
    byOwner.end();
    assert.ok(byOwner.signal.aborted);
    assert.equal(clock.countTimers(), 0);
    byTime.end();
  });

  it('patience ends with the work, or when it is over', async () => {
    await patiently(1000, Promise.resolve());
    assert.equal(clock.countTimers(), 0);
    const waiting = patiently(1000, new Promise(() => {}));
    await clock.tickAsync(1000);
    await waiting;
  });
});
