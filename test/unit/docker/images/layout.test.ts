import { equal } from 'node:assert/strict';
import { layoutOf, type Layout } from '../../../../src/docker/images/archive/layout.js';
import { docker25Items, dockerItems, ociItems, tarOf, type Item } from '../../../fixtures/archives.js';

const HASH = 'c0ffee'.repeat(11).slice(0, 64);
const image = { layers: [Buffer.alloc(2000)] };

describe('docker/images/archive: what an archive holds', () => {
  const files = (...names: readonly string[]): Item[] => names.map((name) => ({ name, data: 'x' }));
  const rows: [string, Item[], Layout][] = [
    ['docker save of Engine 20.10', dockerItems(image, []), 'image'],
    ['docker save of Engine 25', docker25Items(image, []), 'image'],
    ['an OCI archive', ociItems(image, 'x'), 'image'],
    ['an archive packed from a folder', [{ name: './', type: 'directory' }, ...files('./manifest.json')], 'image'],
    ['podman save', files(`${HASH}.tar`, `${HASH}.json`), 'image'],
    ['crane, kaniko', files(`sha256:${HASH}`, `${HASH}.tar.gz`, 'manifest.json'), 'image'],
    ['Jib, Bazel', files('config.json', '0.tar.gz'), 'image'],
    ['docker save of a short id', files('base/layer.tar', 'base/VERSION'), 'image'],
    ['docker export', files('.dockerenv', 'bin/sh'), 'root'],
    [
      'debootstrap',
      [
        { name: './', type: 'directory' },
        { name: './bin', type: 'symlink', linkname: 'usr/bin' },
      ],
      'root',
    ],
    ['a root file system that begins unusually', files('app/data/x', 'README', 'usr/bin/env'), 'root'],
    ['one program', files('server'), 'root'],
    ['nothing at all', [], 'image'],
  ];
  for (const [what, items, layout] of rows) {
    it(`knows ${what}`, async () => {
      equal(layoutOf(await tarOf(items)), layout);
    });
  }

  it('says something of what is cut off, and of what is broken', async () => {
    equal(layoutOf((await tarOf(files('etc/motd'))).subarray(0, 512)), 'root');
    equal(layoutOf((await tarOf(files('etc/motd'))).subarray(0, 511)), 'image');
    equal(layoutOf(Buffer.alloc(600, 'x')), 'image');
  });
});
