import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod, link, mkdir, readFile, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRoom, copyFolder } from '../../../../src/docker/disks/tools.js';
import { unobserved } from '../../../../src/observe/calls.js';

const parts = { observer: unobserved };
const never = new AbortController().signal;
/** More than any disk that this runs on, and less than the file system's largest file. */
const HUGE_BYTES = 2 ** 43;

describe('docker/disks: copies on the host', () => {
  let folder: string;
  let from: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'copies-'));
    from = join(folder, 'from');
    await mkdir(from);
    writeFileSync(join(from, 'file'), 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('count the holes of files where they are written out', async () => {
    await checkRoom(parts, { folders: [from], size: 'claimed' }, never);
    writeFileSync(join(from, 'hole'), '');
    truncateSync(join(from, 'hole'), HUGE_BYTES);
    await checkRoom(parts, { folders: [from], size: 'held' }, never);
    await rejects(checkRoom(parts, { folders: [folder, from], size: 'claimed' }, never), {
      kind: 'Unavailable',
      message: /^The files of the server claim 8192\.0 GiB, holes included.* Delete or shrink large sparse files/,
    });
  });

  it('keep modes, links, times and holes', async () => {
    await chmod(join(from, 'file'), 0o4711);
    await link(join(from, 'file'), join(from, 'same'));
    await symlink('/nowhere', join(from, 'away'));
    writeFileSync(join(from, 'hole'), '');
    truncateSync(join(from, 'hole'), HUGE_BYTES);
    const to = join(folder, 'to');
    await mkdir(to);
    await chmod(from, 0o711);
    await copyFolder(parts, { from, to }, never);
    const [file, hole, own] = await Promise.all(['file', 'hole', '.'].map((name) => stat(join(to, name))));
    deepEqual([(file?.mode ?? 0) & 0o7777, file?.nlink, (own?.mode ?? 0) & 0o777], [0o4711, 2, 0o711]);
    deepEqual([hole?.size, hole?.blocks], [HUGE_BYTES, 0]);
    equal(file?.mtimeMs, (await stat(join(from, 'file'))).mtimeMs);
    equal(await readFile(join(to, 'same'), 'utf8'), 'data');
  });

  it('tell what the system says, and no path of the host', async () => {
    const to = join(folder, 'none', 'to');
    await rejects(copyFolder(parts, { from, to }, never), (error: Error) => {
      equal(error.message.includes(folder), false);
      return error.message.startsWith('The disk of the server could not be copied: ');
    });
  });
});
