import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract, pack } from 'tar-stream';
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
    const found = await entries(
      diskArchive({ save: (read) => read(saved()), volumesFile: join(folder, 'none'), now: NOW }),
    );
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
    const none = join(folder, 'none');
    const found = await entries(
      diskArchive({ save: (read) => read(saved()), volumesFile: none, now: NOW, labels: { sealed: 'x' } }),
    );
    const { config } = JSON.parse(String(found.get('config.json'))) as { config: { Labels: object } };
    deepEqual(config.Labels, { maintainer: 'me', sealed: 'x' });
  });

  it('has what was in volumes as its last layer', async () => {
    const volumesFile = join(folder, 'volumes');
    await writeFile(volumesFile, 'a layer');
    const found = await entries(diskArchive({ save: (read) => read(saved()), volumesFile, now: NOW }));
    const [image] = JSON.parse(String(found.get('manifest.json'))) as [{ Layers: string[] }];
    equal(String(found.get(image.Layers.at(-1) ?? '')), 'a layer');
    const config = JSON.parse(String(found.get('config.json'))) as typeof CONFIG;
    const hash = createHash('sha256').update('a layer').digest('hex');
    deepEqual(config.rootfs.diff_ids, ['sha256:1', 'sha256:2', `sha256:${hash}`]);
    equal(config.history.length, 2);
  });

  it('errors with what broke the saving', async () => {
    const broken = diskArchive({
      save: () => Promise.reject(new Error('the engine went away')),
      volumesFile: join(folder, 'none'),
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
        volumesFile: join(folder, 'none'),
        now: NOW,
      });
      archive.on('error', () => undefined);
      archive.destroy();
    });
    await stopped;
    match(String(ended), /Nobody reads/);
  });
});
