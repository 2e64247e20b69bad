import { deepEqual, equal, rejects } from 'node:assert/strict';
import { BadArchive } from '../../../../src/docker/images/archive/bad.js';
import { checkedRoot } from '../../../../src/docker/images/archive/root.js';
import { tarOf, type Item } from '../../../fixtures/archives.js';
import { RULES, inPieces, unfit } from './rewriting.js';

const ROOT_RULES = { ...RULES, hasCommand: true };

async function handed(
  data: Buffer | AsyncIterable<Uint8Array>,
  rules = ROOT_RULES,
  verified: () => Promise<void> = () => Promise.resolve(),
): Promise<Buffer> {
  const { archive, done } = checkedRoot(Buffer.isBuffer(data) ? inPieces(data) : data, rules, verified);
  const chunks: Buffer[] = [];
  const ended = new Promise<boolean>((resolve) => {
    archive.on('end', () => {
      resolve(true);
    });
    archive.on('close', () => {
      resolve(false);
    });
  });
  archive.on('data', (chunk: Buffer) => chunks.push(chunk));
  const problem = await done.then(
    () => undefined,
    (error: unknown) => error,
  );
  equal(await ended, problem === undefined, 'the archive ends exactly when all is well');
  if (problem !== undefined) throw problem as Error;
  return Buffer.concat(chunks);
}

/** The beginning of a program for this machine number. */
function program(machine: number, order: 1 | 2 = 1): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 0, 'latin1');
  head[5] = order;
  if (order === 2) head.writeUInt16BE(machine, 18);
  else head.writeUInt16LE(machine, 18);
  return head;
}

const link = (name: string, linkname: string): Item => ({ name, type: 'symlink', linkname });

describe('docker/images/archive: a root file system', () => {
  it('is handed on byte by byte', async () => {
    const data = await tarOf([
      { name: './', type: 'directory' },
      { name: './bin/sh', data: program(62) },
    ]);
    deepEqual(await handed(data), data);
  });

  it('does not end before it was found to be good', async () => {
    const data = await tarOf([{ name: 'etc/motd', data: 'x' }]);
    await rejects(
      handed(data, ROOT_RULES, () => Promise.reject(new Error('wrong hash'))),
      /wrong hash/,
    );
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inPieces(data.subarray(0, 600));
      throw new Error('Glance is away');
    }
    await rejects(handed(broken()), /Glance is away/);
  });

  it('ends when nobody takes it any more', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield (await tarOf([{ name: 'etc/motd', data: 'x' }])).subarray(0, 512);
      for (;;) yield await Promise.resolve(Buffer.alloc(512, 'x'));
    }
    const { archive, done } = checkedRoot(endless(), ROOT_RULES, () => Promise.resolve());
    archive.destroy();
    await rejects(done, (error) => !(error instanceof BadArchive));
  });

  const inits: [string, Item[], boolean][] = [
    ['/sbin/init', [{ name: './sbin/init', data: 'x' }], true],
    ['a link as /sbin/init', [link('sbin/init', '../lib/systemd/systemd')], true],
    ['merged folders', [link('sbin', 'usr/sbin'), link('usr/sbin/init', '../lib/systemd/systemd')], true],
    ['folders merged into one', [link('sbin', 'usr/sbin'), link('usr/sbin', 'bin'), { name: 'usr/bin/init' }], true],
    ['folders merged absolutely', [{ name: 'usr/bin/init' }, link('sbin', '/usr/bin')], true],
    ['another init', [{ name: 'init', data: 'x' }, { name: 'opt/sbin/init' }], false],
    ['links in a circle', [link('sbin', 'usr/sbin'), link('usr/sbin', '../sbin')], false],
  ];
  for (const [what, items, has] of inits) {
    it(`${has ? 'may run' : 'needs a command because of'} ${what}`, async () => {
      const data = await tarOf(items);
      await handed(data);
      const bare = handed(data, { ...ROOT_RULES, hasCommand: false });
      if (has) await bare;
      else await rejects(bare, unfit(/no \/sbin\/init.*docker_command/));
    });
  }

  const refused: [string, Item[], RegExp][] = [
    ['programs for other processors', [{ name: 'bin/sh', data: program(183) }], /made for arm64 processors.*amd64/],
    ['programs of the other byte order', [{ name: 'usr/bin/env', data: program(22, 2) }], /made for s390x/],
    ['names that climb out', [{ name: 'etc/../../x', data: 'x' }], /leads out of it \("etc\/\.\.\/\.\.\/x"\)/],
    ['hard links out', [{ name: 'etc/shadow', type: 'link', linkname: '../../etc/shadow' }], /leads out of it/],
    ['an image archive in disguise', [{ name: 'a/b' }, { name: 'manifest.json', data: '[]' }], /laid out as no engine/],
  ];
  for (const [what, items, text] of refused) {
    it(`is refused for ${what}`, async () => {
      await rejects(handed(await tarOf(items)), unfit(text));
    });
  }

  it('may hold programs for others beside its own, and names from the root', async () => {
    await handed(
      await tarOf([
        { name: 'usr/share/qemu/sbin/x', data: program(183) },
        { name: 'bin/qemu', data: program(62) },
        { name: '/bin/other', data: program(40) },
        { name: 'bin/link', type: 'link', linkname: '/bin/other' },
      ]),
    );
  });

  it('is refused when it is cut off or too large', async () => {
    const data = await tarOf([{ name: 'etc/motd', data: 'x'.repeat(3000) }]);
    await rejects(handed(data.subarray(0, 2000)), unfit(/ends in the middle/));
    await rejects(handed(data, { ...ROOT_RULES, maxBytes: 2000 }), unfit(/larger than this host takes \(2000 bytes\)/));
  });
});
