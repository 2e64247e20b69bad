import assert from 'node:assert/strict';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DurableFolder } from '../../../../src/oslo/inbox/durable-folder.js';
import { testFolder } from './folders.js';

describe('durable folder', () => {
  const folder = testFolder();

  it('writes whole files that only their owner reads', async () => {
    const path = join(folder(), 'deep', 'pending');
    const durable = await DurableFolder.open(path);
    await Promise.all(['a', 'b', 'c'].map((name) => durable.write(name, `content of ${name}`)));
    assert.deepEqual((await durable.list()).sort(), ['a', 'b', 'c']);
    assert.equal(await durable.read('b'), 'content of b');
    assert.equal((await stat(join(path, 'a'))).mode & 0o777, 0o600);
    assert.equal((await stat(path)).mode & 0o777, 0o700);
    await durable.close();
  });

  it('shows files in the order in which they were given, however long each takes', async () => {
    const durable = await DurableFolder.open(folder());
    const long = durable.write('first', 'x'.repeat(32 * 1024 * 1024));
    await durable.write('second', 'x');
    assert.deepEqual((await durable.list()).sort(), ['first', 'second']);
    await long;
    await durable.close();
  });

  it('lets the next through when one is refused', async () => {
    const durable = await DurableFolder.open(folder());
    await mkdir(join(folder(), 'taken', 'x'), { recursive: true });
    const refused = assert.rejects(durable.write('taken', 'x'));
    await durable.write('next', 'x');
    await refused;
    assert.deepEqual((await durable.list()).sort(), ['next', 'taken']);
    await durable.close();
  });

  it('clears what a crash left half-written, and shows it to nobody', async () => {
    await writeFile(join(folder(), '.tmp-99-1'), 'half');
    await writeFile(join(folder(), 'whole'), 'x');
    const durable = await DurableFolder.open(folder());
    assert.deepEqual(await readdir(folder()), ['whole']);
    await durable.close();
  });

  it('leaves nothing behind when the disk refuses', async () => {
    const durable = await DurableFolder.open(folder());
    await mkdir(join(folder(), 'taken', 'x'), { recursive: true });
    await assert.rejects(durable.write('taken', 'x'));
    assert.deepEqual(await readdir(folder()), ['taken']);
    await durable.close();
  });

  it('moves between folders and renames', async () => {
    const [from, to] = [
      await DurableFolder.open(join(folder(), 'from')),
      await DurableFolder.open(join(folder(), 'to')),
    ];
    await from.write('a', '1');
    await from.rename('a', 'b');
    await from.moveTo(to, 'b');
    assert.deepEqual([await from.list(), await to.list()], [[], ['b']]);
    await to.remove('b');
    await to.remove('b');
    await Promise.all([from.close(), to.close()]);
  });
});
