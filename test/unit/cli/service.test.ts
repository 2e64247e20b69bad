import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import sinon from 'sinon';
import { exitCodes } from '../../../src/cli/exit-codes.js';
import { runService, type RunningApp, type ServiceParts } from '../../../src/cli/service.js';
import type { Config } from '../../../src/config/tables.js';
import { load } from '../config/sources.js';
import { captured } from '../observe/surroundings.js';

const { config } = load(['']);

/** A promise in the hands of the test. */
function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A service whose every step is in the hands of the test. */
function bench(over: Partial<ServiceParts> = {}) {
  const signals = new EventEmitter();
  const { logging, out } = captured();
  const started = deferred<RunningApp>();
  const done = deferred<void>();
  const stopped = deferred<void>();
  const stop = sinon.fake((_deadlineMs: number) => stopped.promise);
  const reload = sinon.fake((_config: Config) => Promise.resolve());
  const app: RunningApp = { stop, reload, done: done.promise };
  const readiness = { ready: sinon.fake(), stopping: sinon.fake() };
  const exit = sinon.fake();
  const end = runService({
    config,
    logging,
    signals,
    readiness,
    exit,
    startApp: () => started.promise,
    reread: (running) => running,
    ...over,
  });
  /** Lets everything that is due happen. */
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { signals, out, started, done, stopped, stop, reload, app, readiness, exit, end, settle };
}

describe('cli/service', () => {
  it('starts, says so, stops on SIGTERM within its time, and listens no more', async () => {
    const b = bench();
    assert.equal(b.readiness.ready.callCount, 0);
    b.started.resolve(b.app);
    await b.settle();
    assert.equal(b.readiness.ready.callCount, 1);
    b.signals.emit('SIGTERM');
    await b.settle();
    assert.deepEqual(b.stop.args, [[60_000]]);
    assert.equal(b.readiness.stopping.callCount, 1);
    b.stopped.resolve();
    assert.equal(await b.end, exitCodes.ok);
    assert.deepEqual(b.signals.eventNames(), []);
  });

  it('ends at once when told a second time, or before the start is done', async () => {
    const early = bench();
    early.signals.emit('SIGINT');
    assert.deepEqual(early.exit.args, [[exitCodes.ok]]);
    const b = bench();
    b.started.resolve(b.app);
    await b.settle();
    b.signals.emit('SIGTERM');
    assert.equal(b.exit.callCount, 0);
    b.signals.emit('SIGINT');
    assert.deepEqual(b.exit.args, [[exitCodes.failed]]);
    b.stopped.resolve();
    await b.end;
  });

  it('does not wait for a stop that never ends', async () => {
    const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const b = bench();
      b.started.resolve(b.app);
      await b.settle();
      b.signals.emit('SIGTERM');
      await b.settle();
      await clock.tickAsync(66_000);
      assert.equal(await b.end, exitCodes.failed);
      assert.match(b.out.at(-1) ?? '', /did not end in time/);
    } finally {
      clock.restore();
    }
  });

  it('waits for ever where graceful_shutdown_timeout is 0', async () => {
    const b = bench({ config: load(['[DEFAULT]\ngraceful_shutdown_timeout = 0']).config });
    b.started.resolve(b.app);
    await b.settle();
    b.signals.emit('SIGTERM');
    await b.settle();
    assert.deepEqual(b.stop.args, [[2 ** 31 - 1]]);
    b.stopped.resolve();
    assert.equal(await b.end, exitCodes.ok);
  });

  it('fails when the start fails, when the service ends by itself, and when its stop fails', async () => {
    const first = bench();
    first.started.reject(new Error('no broker'));
    assert.equal(await first.end, exitCodes.failed);
    assert.match(first.out.join('\n'), /no broker/);
    for (const failure of [undefined, new Error('lost')]) {
      const b = bench();
      b.started.resolve(b.app);
      if (failure === undefined) b.done.resolve();
      else b.done.reject(failure);
      assert.equal(await b.end, exitCodes.failed);
    }
    const last = bench();
    last.started.resolve(last.app);
    await last.settle();
    last.stopped.reject(new Error('stuck'));
    last.signals.emit('SIGTERM');
    assert.equal(await last.end, exitCodes.failed);
  });

  it('reloads on SIGHUP, one after the other, from where the last one ended; one during the start comes after it', async () => {
    const versions = [1, 2, 3].map((seconds) => load([`[DEFAULT]\nshutdown_timeout = ${seconds}`]).config);
    const seen: Config[] = [];
    const b = bench({
      reread: (running) => {
        seen.push(running);
        const next = versions[seen.length - 1];
        if (seen.length === 2) throw new Error('a.conf:1: broken');
        return next ?? running;
      },
    });
    b.signals.emit('SIGHUP');
    await b.settle();
    assert.equal(seen.length, 0);
    b.started.resolve(b.app);
    await b.settle();
    b.signals.emit('SIGHUP');
    b.signals.emit('SIGHUP');
    await b.settle();
    assert.deepEqual(
      b.reload.args.map(([each]) => each),
      [versions[0], versions[2]],
    );
    assert.deepEqual(seen, [config, versions[0], versions[0]]);
    assert.match(b.out.join('\n'), /Reloading failed; the service goes on as before: a\.conf:1: broken/);
  });

  it('ends at once, with a trace in the log, on a mistake in the program', () => {
    const b = bench();
    b.signals.emit('uncaughtException', new TypeError('oops'));
    assert.deepEqual(b.exit.args, [[exitCodes.internal]]);
    assert.match(b.out.join('\n'), /TypeError: oops/);
  });
});
