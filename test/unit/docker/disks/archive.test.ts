import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
import { unobserved } from '../../../../src/observe/calls.js';
import { writeVolumeLayer } from '../../../../src/docker/disks/volume-layer.js';
import type { LayerFiles } from '../../../../src/docker/disks/folder.js';
import { diskArchive } from '../../../../src/docker/disks/archive.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const CONFIG = {
  architecture: 'amd64',
  container: 'c0ffee',
  container_config: { Hostname: 'c0ffee' },
  config: {
    ...{ Hostname: 'web', Cmd: ['sh'], Env: ['A=b'], User: '7', Volumes: { '/data': {} } },
    Labels: { 'org.openstack.nova.instance_uuid': 'u', maintainer: 'me' },
  },
  rootfs: { type: 'layers', diff_ids: ['sha256:1', 'sha256:2'] },
  history: [{ created_by: 'base' }],
};
const LARGE = Buffer.alloc(100_000, 'l');
const noneIn = (folder: string): LayerFiles => ({ ephemeral: join(folder, 'none'), volumes: join(folder, 'none') });

/** As Engine 20.10 writes it: a layer that is there twice is a link. */
function saved(): Readable {
  const out = pack();
  out.entry({ name: 'one/', type: 'directory' });
  out.entry({ name: 'one/layer.tar' }, LARGE);
  out.entry({ name: 'two/layer.tar', type: 'symlink', linkname: '../one/layer.tar' });
  out.entry({ name: 'three/layer.tar' }, 'small');
  out.entry({ name: 'abc.json' }, JSON.stringify(CONFIG));
  const layers = ['one/layer.tar', 'three/layer.tar'];
  out.entry(
    { name: 'manifest.json' },
    JSON.stringify([{ Config: 'abc.json', RepoTags: ['nova-disk/u:x'], Layers: layers }]),
  );
  out.finalize();
  return Readable.from(out);
}

function savedOf(layers: readonly Buffer[], config: unknown): Readable {
  const out = pack();
  const names = layers.map((layer, index) => {
    out.entry({ name: `${index}/layer.tar` }, layer);
    return `${index}/layer.tar`;
  });
  out.entry({ name: 'abc.json' }, JSON.stringify(config));
  out.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'abc.json', RepoTags: [], Layers: names }]));
  out.finalize();
  return Readable.from(out);
}

/** Larger than what waits in memory. */
async function ephemeralLayer(folder: string): Promise<Buffer> {
  await mkdir(folder);
  await writeFile(join(folder, 'file'), Buffer.alloc(5 * 1024 * 1024));
  const volume = { source: folder, at: { path: '/ephemeral0', parents: new Map() } };
  const writing = { kind: 'ephemeral', observer: unobserved, signal: new AbortController().signal } as const;
  await writeVolumeLayer([volume], `${folder}.tar`, writing);
  return readFile(`${folder}.tar`);
}

async function entries(archive: Readable): Promise<Map<string, Buffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  const reader = extract();
  reader.end(Buffer.concat(chunks));
  const found = new Map<string, Buffer>();
  for await (const entry of reader) {
    const body: Buffer[] = [];
    for await (const chunk of entry) body.push(chunk as Buffer);
    found.set(entry.header.name, Buffer.concat(body));
  }
  return found;
}

describe('docker/disks/archive', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'disk-archive-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is an image of the same layers that keeps what the container ran and not whose it was', async () => {
    const found = await entries(diskArchive({ save: (read) => read(saved()), files: noneIn(folder), now: NOW }));
    const [image] = JSON.parse(String(found.get('manifest.json'))) as [{ Layers: string[]; RepoTags: unknown }];
    equal(image.RepoTags, null);
    deepEqual(
      image.Layers.map((name) => found.get(name)),
      [LARGE, Buffer.from('small')],
    );
    deepEqual(JSON.parse(String(found.get('config.json'))), {
      architecture: 'amd64',
      config: { Cmd: ['sh'], Env: ['A=b'], User: '7', Volumes: { '/data': {} }, Labels: { maintainer: 'me' } },
      rootfs: CONFIG.rootfs,
      history: CONFIG.history,
    });
  });

  it('has the labels that are to go along', async () => {
    const none = noneIn(folder);
    const found = await entries(
      diskArchive({ save: (read) => read(saved()), files: none, now: NOW, labels: { sealed: 'x' } }),
    );
    const { config } = JSON.parse(String(found.get('config.json'))) as { config: { Labels: object } };
    deepEqual(config.Labels, { maintainer: 'me', sealed: 'x' });
  });

  it('has what was in volumes as its last layer', async () => {
    const volumesFile = join(folder, 'volumes');
    await writeFile(volumesFile, 'a layer');
    const found = await entries(
      diskArchive({ save: (read) => read(saved()), files: { ...noneIn(folder), volumes: volumesFile }, now: NOW }),
    );
    const [image] = JSON.parse(String(found.get('manifest.json'))) as [{ Layers: string[] }];
    equal(String(found.get(image.Layers.at(-1) ?? '')), 'a layer');
    const config = JSON.parse(String(found.get('config.json'))) as typeof CONFIG;
    const hash = createHash('sha256').update('a layer').digest('hex');
    deepEqual(config.rootfs.diff_ids, ['sha256:1', 'sha256:2', `sha256:${hash}`]);
    equal(config.history.length, 2);
  });

  it('leaves out ephemeral disks that came with the image, and has those of now below the volumes', async () => {
    const old = await ephemeralLayer(join(folder, 'old'));
    const files = { ephemeral: join(folder, 'ephemeral'), volumes: join(folder, 'volumes') };
    await writeFile(files.ephemeral, 'disks');
    await writeFile(files.volumes, 'volumes');
    const history = [
      ...[{ created_by: 'base' }, { created_by: 'nothing', empty_layer: true }],
      ...[{ created_by: 'ephemeral' }, { created_by: 'top' }],
    ];
    const rootfs = { type: 'layers', diff_ids: ['sha256:1', 'sha256:old', 'sha256:2'] };
    const save = (): Readable => savedOf([LARGE, old, Buffer.from('small')], { ...CONFIG, rootfs, history });
    for (const [taken, layers] of [
      [noneIn(folder), [LARGE.toString(), 'small']],
      [files, [LARGE.toString(), 'small', 'disks', 'volumes']],
    ] as const) {
      const found = await entries(diskArchive({ save: (read) => read(save()), files: taken, now: NOW }));
      const [image] = JSON.parse(String(found.get('manifest.json'))) as [{ Layers: string[] }];
      deepEqual(
        image.Layers.map((name) => String(found.get(name))),
        layers,
      );
      equal(found.size, layers.length + 2);
      const config = JSON.parse(String(found.get('config.json'))) as typeof CONFIG;
      deepEqual(config.rootfs.diff_ids.slice(0, 2), ['sha256:1', 'sha256:2']);
      const steps = config.history.map(({ created_by: step }) => step);
      deepEqual(steps, ['base', 'nothing', 'top', ...(taken === files ? ['ephemeral', 'volumes'] : [])]);
    }
  });

  it('errors with what broke the saving', async () => {
    const broken = diskArchive({
      save: () => Promise.reject(new Error('the engine went away')),
      files: noneIn(folder),
      now: NOW,
    });
    await rejects(entries(broken), /the engine went away/);
  });

  it('ends the saving when nobody reads it any more', async () => {
    let ended: unknown;
    const stopped = new Promise<void>((resolve) => {
      const archive = diskArchive({
        save: (_read, signal) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              ended = signal.reason;
              reject(signal.reason as Error);
              resolve();
            });
          }),
        files: noneIn(folder),
        now: NOW,
      });
      archive.on('error', () => undefined);
      archive.destroy();
    });
    await stopped;
    match(String(ended), /Nobody reads/);
  });
});
