import assert from 'node:assert/strict';
import sinon from 'sinon';
import { PeriodicRunner, type PeriodicTask } from '../../../src/periodic/runner.js';
import { memoryLog } from '../../double/logger.js';

describe('periodic/runner', () => {
  let clock: sinon.SinonFakeTimers;
  let abort: AbortController;
  beforeEach(() => {
    clock = sinon.useFakeTimers();
    abort = new AbortController();
  });
  afterEach(() => {
    abort.abort();
    clock.restore();
  });

  function started(task: Partial<PeriodicTask> & Pick<PeriodicTask, 'run'>) {
    const log = memoryLog();
    const runner = new PeriodicRunner([{ name: 'task', everyMs: () => 1000, firstAfterMs: 1000, ...task }], log);
    const ended = runner.run(abort.signal);
    return { runner, ended, log };
  }

  it('runs a task at its interval, counted from the end of a run, and never twice at a time', async () => {
    const runs: number[] = [];
    const run = async (): Promise<void> => {
      runs.push(Date.now());
      await new Promise((resolve) => setTimeout(resolve, 500));
    };
    started({ run, firstAfterMs: 0 });
    await clock.tickAsync(4000);
    assert.deepEqual(runs, [0, 1500, 3000]);
  });

  it('goes on after a failure, and tells of it', async () => {
    const run = sinon.stub().rejects(new Error('no luck'));
    const { log } = started({ run });
    await clock.tickAsync(2500);
    assert.equal(run.callCount, 2);
    assert.deepEqual(log.lines, ['error Periodic task task failed', 'error Periodic task task failed']);
  });

  it('follows a changed interval in the middle of a pause', async () => {
    let everyMs = 3_600_000;
    const run = sinon.stub().resolves();
    const { runner } = started({ run, everyMs: () => everyMs, firstAfterMs: 0 });
    await clock.tickAsync(10_000);
    assert.equal(run.callCount, 1);
    everyMs = 4000;
    runner.intervalsChanged();
    await clock.tickAsync(0);
    assert.equal(run.callCount, 2, 'more than the new interval is over already');
    await clock.tickAsync(3999);
    assert.equal(run.callCount, 2);
    await clock.tickAsync(1);
    assert.equal(run.callCount, 3);
  });

  it('switches a task off and on', async () => {
    let everyMs = 0;
    const run = sinon.stub().resolves();
    const { runner } = started({ run, everyMs: () => everyMs });
    await clock.tickAsync(10_000);
    assert.equal(run.callCount, 0);
    everyMs = 1000;
    runner.intervalsChanged();
    await clock.tickAsync(1000);
    assert.ok(run.callCount > 0);
    everyMs = -1;
    runner.intervalsChanged();
    const before = run.callCount;
    await clock.tickAsync(100_000);
    assert.equal(run.callCount, before);
  });

  it('ends at the signal, when the run that is on has ended', async () => {
    let end = (): void => undefined;
    const { ended } = started({ run: () => new Promise((resolve) => (end = resolve)), firstAfterMs: 0 });
    await clock.tickAsync(1);
    abort.abort();
    let isOver = false;
    void ended.then(() => (isOver = true));
    await clock.tickAsync(1);
    assert.equal(isOver, false);
    end();
    await ended;
  });
});
