import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isAlive,
  killDaemon,
  killSession,
  readRecord,
  sessionOf,
  startDaemon,
  stopDaemon,
  type ProcessRecord,
} from '../../../tools/plane/machine/daemon.js';
import { withLock } from '../../../tools/plane/machine/lock.js';
import { readStat } from '../../../tools/plane/machine/processes.js';
import { until } from '../../../tools/plane/machine/wait.js';

const never = new AbortController().signal;

describe('tools: daemons', () => {
  let folder: string;
  let started: ProcessRecord[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daemon-'));
    started = [];
  });

  afterEach(() => {
    started.forEach(killSession);
    rmSync(folder, { recursive: true });
  });

  async function start(script: string): Promise<ProcessRecord> {
    const spec = {
      name: 'test',
      argv: ['/bin/sh', '-c', script],
      env: { PATH: '/usr/bin:/bin' },
      recordFile: join(folder, 'test.pid'),
      logFile: join(folder, 'log', 'test.log'),
    };
    const record = await startDaemon(spec, never);
    started.push(record);
    return record;
  }

  const gone = (record: ProcessRecord): Promise<unknown> => {
    return until(() => !isAlive(record), { what: 'the end', signal: never, everyMs: 5, timeoutMs: 4000 });
  };

  it('records the process before it becomes the daemon, as the leader of a session of its own', async () => {
    const record = await start('echo hello; exec sleep 60');
    assert.ok(isAlive(record));
    assert.deepEqual(readRecord(join(folder, 'test.pid')), record);
    const stat = readStat(record.pid);
    assert.equal(stat?.session, record.pid);
    assert.equal(stat?.group, record.pid);
    await until(() => readFileSync(join(folder, 'log', 'test.log'), 'utf8').includes('hello'), {
      what: 'output',
      signal: never,
    });
  });

  it('does not take another process with the same pid for the daemon', async () => {
    const record = await start('exec sleep 60');
    assert.equal(isAlive({ ...record, startTicks: record.startTicks - 1 }), false);
    assert.equal(isAlive({ ...record, bootId: 'another boot' }), false);
    assert.deepEqual(sessionOf({ ...record, bootId: 'another boot' }), []);
  });

  it('reads no record from a file that is half written', () => {
    writeFileSync(join(folder, 'test.pid'), '123');
    assert.equal(readRecord(join(folder, 'test.pid')), null);
    assert.equal(isAlive(null), false);
  });

  it('stops a daemon that ends when asked', async () => {
    const record = await start('trap "exit 0" TERM; while :; do sleep 0.01; done');
    await stopDaemon(record, 4000, never);
    assert.equal(isAlive(record), false);
  });

  it('kills a daemon that does not, with its workers', async () => {
    const record = await start('trap "" TERM; sleep 60 & sleep 61');
    await until(() => sessionOf(record).length === 3, { what: 'workers', signal: never, everyMs: 5 });
    await stopDaemon(record, 50, never);
    assert.deepEqual(sessionOf(record), []);
  });

  it('crashes a daemon but not what it set apart, and finds that later by its session', async () => {
    // A process group of its own in the same session, as containerd gives to its shims.
    const record = await start(`perl -e 'setpgrp(0, 0); exec "sleep", "60"' & exec sleep 61`);
    await until(() => new Set(sessionOf(record).map(({ group }) => group)).size === 2, {
      what: 'the job',
      signal: never,
      everyMs: 5,
    });
    killDaemon(record);
    await gone(record);
    assert.equal(sessionOf(record).length, 1);
    killSession(record);
    await until(() => sessionOf(record).length === 0, { what: 'the end of the job', signal: never, everyMs: 5 });
  });

  it('lets one holder of a lock at a time', async () => {
    const file = join(folder, 'lock');
    const order: string[] = [];
    const first = withLock(file, never, async () => {
      order.push('first');
      await assert.rejects(
        withLock(file, never, () => Promise.resolve(), 'it is busy'),
        /it is busy/,
      );
      order.push('first ends');
    });
    await first;
    await withLock(file, never, () => {
      order.push('second');
      return Promise.resolve();
    });
    assert.deepEqual(order, ['first', 'first ends', 'second']);
    assert.equal(spawnSync('flock', ['--nonblock', file, 'true']).status, 0);
  });
});
