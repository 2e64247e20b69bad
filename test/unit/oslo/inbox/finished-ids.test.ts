import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FinishedIds } from '../../../../src/oslo/inbox/finished-ids.js';
import { testFolder } from './folders.js';

const HOUR = 3600_000;
const limits = { keepMs: 6 * HOUR, perSegment: 3 };

describe('finished ids', () => {
  const folder = testFolder();
  // Beyond any file time, so that what a test writes is never "from the future".
  let now: number;
  const open = (): Promise<FinishedIds> => FinishedIds.open(folder(), () => now, limits);
  beforeEach(() => {
    now = Date.now();
  });

  it('are remembered over a restart, and nothing else of the message is', async () => {
    const first = await open();
    await Promise.all(['a', 'b'].map((id) => first.add(id)));
    await first.close();
    const second = await open();
    assert.deepEqual([second.has('a'), second.has('b'), second.has('c')], [true, true, false]);
    await second.close();
    const [file = ''] = await readdir(folder());
    assert.equal((await readFile(join(folder(), file), 'utf8')).trim(), 'a\nb');
    assert.equal((await stat(join(folder(), file))).mode & 0o777, 0o600);
  });

  it('an id that a crash tore was never added, and the next one is whole', async () => {
    const first = await open();
    await first.add('a');
    await first.close();
    const [file = ''] = await readdir(folder());
    await appendFile(join(folder(), file), 'to');
    const second = await open();
    assert.equal(second.has('to'), false);
    await second.add('b');
    await second.close();
    const third = await open();
    assert.deepEqual([third.has('a'), third.has('b')], [true, true]);
    await third.close();
  });

  it('old ones are forgotten after hours, files and all', async () => {
    const finished = await open();
    await finished.add('old');
    for (let hour = 1; hour <= 6; hour++) {
      now += HOUR;
      await finished.add(`h${hour}`);
    }
    assert.deepEqual([finished.has('old'), finished.has('h1'), finished.has('h6')], [false, true, true]);
    await finished.close();
  });

  it('are bounded in number, however fast they come', async () => {
    const finished = await open();
    for (let id = 0; id < 100; id++) await finished.add(`id${id}`);
    assert.deepEqual([finished.has('id0'), finished.has('id85'), finished.has('id99')], [false, true, true]);
    assert.ok((await readdir(folder())).length <= 8);
    await finished.close();
  });

  it('restarts alone make nothing be forgotten', async () => {
    for (let restart = 0; restart < 20; restart++) {
      const finished = await open();
      if (restart < 2) await finished.add(`r${restart}`);
      assert.ok(finished.has('r0'));
      now += 1000;
      await finished.close();
    }
  });
});
