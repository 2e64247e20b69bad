import assert from 'node:assert/strict';
import sinon from 'sinon';
import { EventWaiters } from '../../../src/compute/waiters.js';
import { kindOf } from '../../../src/errors/kinds.js';

const PLUGGED = { name: 'network-vif-plugged', tag: 'port-1' };
const OTHER = { name: 'network-vif-plugged', tag: 'port-2' };

describe('compute/waiters', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers()));
  afterEach(() => clock.restore());

  it('is done when every event has come', async () => {
    const waiters = new EventWaiters();
    const wait = waiters.expect('i', [PLUGGED, OTHER], 1000);
    assert.equal(waiters.deliver('i', PLUGGED, 'completed'), true);
    assert.equal(waiters.deliver('i', OTHER, 'completed'), true);
    await wait.done;
  });

  it('knows nothing of events for others, or of events that come twice', async () => {
    const waiters = new EventWaiters();
    const wait = waiters.expect('i', [PLUGGED], 1000);
    assert.equal(waiters.deliver('j', PLUGGED, 'completed'), false);
    assert.equal(waiters.deliver('i', { ...PLUGGED, tag: null }, 'completed'), false);
    assert.equal(waiters.deliver('i', PLUGGED, 'completed'), true);
    assert.equal(waiters.deliver('i', PLUGGED, 'completed'), false);
    await wait.done;
  });

  it('fails at once for an event that came as failed', async () => {
    const waiters = new EventWaiters();
    const wait = waiters.expect('i', [PLUGGED, OTHER], 1000);
    waiters.deliver('i', PLUGGED, 'failed');
    await assert.rejects(wait.done, (error) => kindOf(error) === 'Conflict');
  });

  it('fails with Timeout when the time is over and leaves no timer behind', async () => {
    const waiters = new EventWaiters();
    const wait = waiters.expect('i', [PLUGGED], 1000);
    clock.tick(1000);
    await assert.rejects(wait.done, (error) => kindOf(error) === 'Timeout');
    assert.equal(clock.countTimers(), 0);
    assert.equal(waiters.deliver('i', PLUGGED, 'completed'), false);
  });

  it('ends quietly when cancelled and with an error when its instance is cleared', async () => {
    const waiters = new EventWaiters();
    const cancelled = waiters.expect('i', [PLUGGED], 1000);
    cancelled.cancel();
    await cancelled.done;
    const cleared = waiters.expect('i', [OTHER], 1000);
    waiters.clear('i');
    await assert.rejects(cleared.done, /cancelled/);
    assert.equal(clock.countTimers(), 0);
  });
});
