import { deepEqual, equal } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesIn, filesOf, sizeOf, unfinishedOf } from '../../../../src/docker/disks/folder.js';

const KEY = { instanceUuid: '0a1b2c3d-1111-4222-8333-444455556666', purpose: 'an-image.1' };

describe('docker/disks/folder', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disk-folder-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('knows whose all files of disks are, half written ones too, and no others', async () => {
    const { ephemeral, volumes } = filesOf(folder, KEY);
    const ours = [ephemeral, volumes].flatMap((file) => [file, unfinishedOf(file)]);
    for (const path of [...ours, join(folder, 'another'), join(folder, `${KEY.instanceUuid}.x`)]) {
      await writeFile(path, 'abc');
    }
    const found = await filesIn(folder);
    deepEqual(found.map(({ path }) => path).toSorted(), ours.toSorted());
    for (const { key } of found) deepEqual(key, KEY);
    deepEqual([await sizeOf(volumes), await sizeOf(join(folder, 'missing'))], [3, 0]);
    equal(new Set(ours).size, 4);
  });
});
