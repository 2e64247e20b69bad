import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ImageMemory } from '../../../../src/docker/images/memory.js';
import { keptLog } from '../plans.js';

describe('docker/images: memory', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'memory-'));
    file = join(folder, 'state', 'images.json');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('outlives its owner', async () => {
    const first = new ImageMemory(file, keptLog());
    await first.noteUnused(new Map([['a', 5]]));
    await Promise.all(['x', 'y', 'z'].map((name) => first.notePull(name)));
    await first.forgetPull('y');
    const second = new ImageMemory(file, keptLog());
    deepEqual([await second.unusedSince('a'), await second.unusedSince('b')], [5, undefined]);
    deepEqual(await second.pulling(), ['x', 'z']);
    await second.noteUnused(new Map([['b', 7]]));
    const third = new ImageMemory(file, keptLog());
    deepEqual([await third.unusedSince('a'), await third.unusedSince('b')], [undefined, 7]);
    deepEqual(await readdir(join(folder, 'state')), ['images.json']);
    equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('writes only what is new', async () => {
    const memory = new ImageMemory(file, keptLog());
    await memory.noteUnused(new Map());
    await memory.forgetPull('x');
    deepEqual(await readdir(folder), []);
    await memory.noteUnused(new Map([['a', 5]]));
    const { ino } = await stat(file);
    await memory.noteUnused(new Map([['a', 5]]));
    equal((await stat(file)).ino, ino);
  });

  it('begins anew when its file is broken, and says so', async () => {
    await new ImageMemory(file, keptLog()).notePull('x');
    for (const text of ['{"pulling": ["x"', 'null', '{"unusedSince": {"a": "yesterday"}, "pulling": [5]}']) {
      await writeFile(file, text);
      const log = keptLog();
      const memory = new ImageMemory(file, log);
      deepEqual([await memory.unusedSince('a'), await memory.pulling()], [undefined, []]);
      equal(log.lines.length, text.endsWith('}') || text === 'null' ? 0 : 1);
    }
    await new ImageMemory(file, keptLog()).notePull('y');
    deepEqual(await new ImageMemory(file, keptLog()).pulling(), ['y']);
  });
});
