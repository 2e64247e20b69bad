import assert from 'node:assert/strict';
import sinon from 'sinon';
import { startCallMonitor } from '../../../src/oslo/call-monitor.js';

describe('call monitor', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
  });
  afterEach(() => clock.restore());

  it('call-monitor heartbeats come every half of the timeout, the first after half of it', async () => {
    const beat = sinon.stub().resolves(true);
    const end = startCallMonitor(60, beat);
    await clock.tickAsync(29_999);
    assert.equal(beat.callCount, 0);
    await clock.tickAsync(60_001);
    assert.equal(beat.callCount, 3);
    end();
    await clock.tickAsync(60_000);
    assert.equal(beat.callCount, 3);
    assert.equal(clock.countTimers(), 0);
  });

  it('heartbeats end when the caller is gone', async () => {
    const beat = sinon.stub().resolves(false);
    startCallMonitor(2, beat);
    await clock.tickAsync(10_000);
    assert.equal(beat.callCount, 1);
  });

  for (const timeout of [null, 0, 1]) {
    it(`no heartbeat for a monitor of ${String(timeout)}`, async () => {
      const beat = sinon.stub().resolves(true);
      startCallMonitor(timeout, beat);
      await clock.tickAsync(100_000);
      assert.equal(beat.callCount, 0);
    });
  }
});
