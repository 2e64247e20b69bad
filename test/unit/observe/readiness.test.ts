import assert from 'node:assert/strict';
import sinon from 'sinon';
import { systemdReadiness } from '../../../src/observe/readiness.js';
import { captured } from './surroundings.js';

describe('observe/readiness', () => {
  const environment = { NOTIFY_SOCKET: '/run/notify', WATCHDOG_USEC: '4000000', WATCHDOG_PID: '7' };
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(() => clock.restore());

  function readiness(over: Readonly<Record<string, string | undefined>> = {}, result = () => Promise.resolve()) {
    const told: string[] = [];
    const { logging, out } = captured();
    const run = (program: string, args: readonly string[]) => {
      told.push([program, ...args].join(' '));
      return result();
    };
    return {
      told,
      out,
      ...systemdReadiness({ environment: { ...environment, ...over }, pid: 7, run, log: logging.log }),
    };
  }

  it('tells systemd of start and stop, and of life in between', () => {
    const { told, ready, stopping } = readiness();
    ready();
    clock.tick(4500);
    stopping();
    clock.tick(9000);
    const tell = (state: string) => `systemd-notify ${state}`;
    assert.deepEqual(told, ['READY=1', 'WATCHDOG=1', 'WATCHDOG=1', 'STOPPING=1'].map(tell));
  });

  it('shows no signs of life that nobody, or another process, is to show', () => {
    for (const over of [
      { WATCHDOG_USEC: undefined },
      { WATCHDOG_PID: '8' },
      { WATCHDOG_USEC: 'x' },
      { WATCHDOG_USEC: '0' },
    ]) {
      const { told, ready } = readiness(over);
      ready();
      clock.tick(9000);
      assert.equal(told.length, 1, JSON.stringify(over));
    }
  });

  it('does nothing without systemd', () => {
    const { told, ready, stopping } = readiness({ NOTIFY_SOCKET: undefined });
    ready();
    stopping();
    clock.tick(9000);
    assert.deepEqual(told, []);
  });

  it('goes on when systemd cannot be told', async () => {
    const { ready, out } = readiness({}, () => Promise.reject(new Error('no such program')));
    ready();
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(out.join(), /WARNING .*no such program/);
  });
});
