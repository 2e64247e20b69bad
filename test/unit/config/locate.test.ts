import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { locateConfig } from '../../../src/config/locate.js';

describe('config/locate', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'locate-test-'));
    for (const name of [
      'home/nova.conf',
      'etc/nova.conf',
      'etc/nova-compute.conf',
      'etc/nova-compute-docker.conf',
      'etc/other.conf',
      'etc/nova.conf.d/b.conf',
      'etc/nova.conf.d/a.conf',
      'etc/nova.conf.d/.hidden.conf',
      'etc/nova.conf.d/c.txt',
      'etc/nova-compute-docker.conf.d/z.conf',
    ]) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), '');
    }
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const locate = (...args: Parameters<typeof locateConfig>[0]) => {
    const { files, problems } = locateConfig(args, [path.join(folder, 'home'), path.join(folder, 'etc')]);
    return [files.map((file) => path.relative(folder, file)), problems.length];
  };
  const directories = ['etc/nova.conf.d/a.conf', 'etc/nova.conf.d/b.conf', 'etc/nova-compute-docker.conf.d/z.conf'];

  it('finds each usual file where it comes first, then the directories', () => {
    assert.deepEqual(locate(), [
      ['home/nova.conf', 'etc/nova-compute.conf', 'etc/nova-compute-docker.conf', ...directories],
      0,
    ]);
  });

  it('takes named files instead of the usual ones, and named directories instead of the usual ones', () => {
    const file = { kind: 'file', path: path.join(folder, 'etc/other.conf') } as const;
    const dir = { kind: 'dir', path: path.join(folder, 'etc') } as const;
    assert.deepEqual(locate(file), [[...directories, 'etc/other.conf'], 0]);
    const inDir = ['etc/nova-compute-docker.conf', 'etc/nova-compute.conf', 'etc/nova.conf', 'etc/other.conf'];
    assert.deepEqual(locate(dir, file), [[...inDir, 'etc/other.conf'], 0]);
    const usual = ['home/nova.conf', 'etc/nova-compute.conf', 'etc/nova-compute-docker.conf'];
    assert.deepEqual(locate(dir), [[...usual, ...inDir], 0]);
  });

  it('knows ~ and complains of a missing directory', () => {
    assert.deepEqual(locateConfig([{ kind: 'file', path: '~/x.conf' }], []).files, [path.join(homedir(), 'x.conf')]);
    assert.equal(locate({ kind: 'dir', path: '/no/such' })[1], 1);
  });
});
