import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { holdStateLock } from '../../../src/config/state-lock.js';
import { kindOf } from '../../../src/errors/kinds.js';

describe('config/state-lock', () => {
  let folder: string;
  const started: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lock-test-'));
  });
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** Another process that tries to take the lock and, if it gets it, keeps it. */
  async function contender(): Promise<{ child: ChildProcess; said: string }> {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', new URL('./lock-holder.ts', import.meta.url).pathname, folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    started.push(child);
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: said.toString() };
  }

  it('lets one in, tells others who that is, and lets the next in when it is released', async () => {
    const lock = await holdStateLock(folder, process.pid);
    await assert.rejects(holdStateLock(folder, process.pid), (error: Error) => {
      assert.equal(kindOf(error), 'Conflict');
      assert.match(error.message, new RegExp(`process ${process.pid} already runs`));
      return true;
    });
    await lock.release();
    await (await holdStateLock(folder, 1)).release();
  });

  it('goes with its process, even when that is killed', async () => {
    const { child, said } = await contender();
    assert.equal(said, 'held\n');
    await assert.rejects(holdStateLock(folder, process.pid), new RegExp(`process ${child.pid}`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await holdStateLock(folder, process.pid)).release();
  }).timeout(20_000);

  it('lets exactly one of many in that start at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, index) => holdStateLock(folder, index)));
    const winners = results.filter((result) => result.status === 'fulfilled');
    assert.equal(winners.length, 1);
    for (const { value } of winners) await value.release();
  });

  it('is not kept by programs that this process started', async () => {
    const lock = await holdStateLock(folder, process.pid);
    started.push(spawn('sleep', ['60'], { stdio: 'ignore' }));
    await lock.release();
    await (await holdStateLock(folder, process.pid)).release();
  });

  it('makes the directory, and overwrites what an earlier holder wrote', async () => {
    const deep = path.join(folder, 'a', 'b');
    await (await holdStateLock(deep, 123456)).release();
    await (await holdStateLock(deep, 7)).release();
    assert.equal(readFileSync(path.join(deep, 'nova-compute-docker.lock'), 'utf8'), '7\n');
  });

  it('says so when the path cannot be used', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    await assert.rejects(
      holdStateLock(file, 1),
      (error: Error) => kindOf(error) === 'Invalid' && error.message.includes(file),
    );
  });
});
