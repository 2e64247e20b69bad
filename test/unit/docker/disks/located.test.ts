import { deepEqual, rejects } from 'node:assert/strict';
import { locate, type HeaderOf } from '../../../../src/docker/disks/located.js';
import { NOTHING_SAID } from './headers.js';

/** A file system in which everything is a folder but the links that are named. */
function fileSystem(links: Readonly<Record<string, string>>): HeaderOf {
  return (path) => {
    const linkname = links[path];
    const folder = { ...NOTHING_SAID, name: path };
    return Promise.resolve(linkname === undefined ? folder : { ...folder, type: 'symlink', linkname });
  };
}

describe('docker/disks/located', () => {
  const cases: [string, Readonly<Record<string, string>>, string, string, string[]][] = [
    ['a plain path', {}, '/var/lib/data', '/var/lib/data', ['/var', '/var/lib']],
    ['at the top', {}, '/data/', '/data', []],
    ['through an absolute link', { '/var/run': '/run' }, '/var/run/app', '/run/app', ['/run']],
    ['through a link beside it', { '/srv/now': 'v2' }, '/srv/now/data', '/srv/v2/data', ['/srv', '/srv/v2']],
    ['through a link upwards', { '/a/b': '../c' }, '/a/b/data', '/c/data', ['/c']],
    ['that ends in a link', { '/data': '/mnt/disk' }, '/data', '/mnt/disk', ['/mnt']],
  ];
  for (const [name, links, path, true_, parents] of cases) {
    it(`finds the true place of ${name}`, async () => {
      const found = await locate(path, fileSystem(links));
      deepEqual([found.path, [...found.parents.keys()]], [true_, parents]);
    });
  }

  it('gives a loop of links up', async () => {
    await rejects(locate('/a/x', fileSystem({ '/a': '/b', '/b': '/a' })), { kind: 'Invalid' });
  });
});
