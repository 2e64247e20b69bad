import { deepEqual, equal, rejects } from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DriveWish } from '../../../src/compute/ports/instance-folders.js';
import { ConfigDrives } from '../../../src/config-drive/instance-folders.js';
import { readVendorData } from '../../../src/config-drive/vendor-data.js';
import { create, type FieldsOf } from '../../../src/objects/index.js';
import { makeInstance, UUID } from '../compute/parts.js';
import { SETTINGS, VIFS } from './facts.js';

const OTHER = '44444444-4444-4444-8444-444444444444';

const OWN = { instanceUuid: UUID, role: 'main' } as const;

describe('config-drive: folders of instances', () => {
  let path: string;
  let drives: ConfigDrives;

  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'ncd-drive-')), 'instances');
    drives = open();
  });
  afterEach(() => rm(join(path, '..'), { recursive: true }));

  function open(): ConfigDrives {
    const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    return new ConfigDrives({
      path,
      settings: SETTINGS,
      vendorData: () => Promise.resolve({ cloud: 'blue' }),
      owner: () => Promise.resolve(owner),
    });
  }

  function wish(fields: Partial<FieldsOf<'Instance'>> = {}, more: Partial<DriveWish> = {}): DriveWish {
    const key = create('KeyPair', { id: 1, name: 'me', user_id: 'u', type: 'ssh', public_key: 'ssh-rsa A' });
    const instance = makeInstance({
      key_name: 'me',
      key_data: 'ssh-rsa A',
      user_data: Buffer.from('#cloud-config\n').toString('base64'),
      keypairs: create('KeyPairList', { objects: [key] }),
      ec2_ids: create('EC2Ids', { instance_id: 'i-1', ami_id: 'ami-1', kernel_id: null, ramdisk_id: null }),
      ...fields,
    });
    return { instance, role: 'main', vifs: [], cpus: null, adminPassword: 'pw', files: [], ...more };
  }

  async function latest(): Promise<Record<string, unknown>> {
    const text = await readFile(join(path, UUID, 'drive/openstack/latest/meta_data.json'), 'utf8');
    return JSON.parse(text) as Record<string, unknown>;
  }

  it('writes a drive for root alone, to be mounted where cloud-init looks', async () => {
    const file = await drives.writeDrive(wish());
    deepEqual(file, { hostPath: join(path, UUID, 'drive'), guestPath: '/config-drive', readOnly: true });
    const paths = await readdir(join(path, UUID), { recursive: true, withFileTypes: true });
    for (const entry of paths) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      equal((mode & 0o777).toString(8), entry.isDirectory() ? '700' : '600', entry.name);
    }
    equal((await stat(path)).mode & 0o777, 0o700);
    const { public_keys: keys, admin_pass: password } = await latest();
    deepEqual([keys, password], [{ me: 'ssh-rsa A' }, 'pw']);
    equal(await readFile(join(path, UUID, 'drive/openstack/latest/user_data'), 'utf8'), '#cloud-config\n');
    const vendor = await readFile(join(path, UUID, 'drive/openstack/latest/vendor_data.json'), 'utf8');
    deepEqual(JSON.parse(vendor), { cloud: 'blue' });
  });

  it('keeps seed, password and files, and the folder itself, when it is brought up to date', async () => {
    await drives.writeDrive(wish({}, { files: [{ path: '/a', data: Buffer.from('x') }] }));
    const [before, folder] = [await latest(), await stat(join(path, UUID, 'drive'))];
    const changed = makeInstance({ metadata: { role: 'db' }, display_name: 'renamed' });
    await open().refreshDrive(changed, VIFS['static']);
    const after = await latest();
    deepEqual([after['meta'], after['name']], [{ role: 'db' }, 'renamed']);
    for (const kept of ['random_seed', 'admin_pass', 'files', 'public_keys', 'uuid'])
      deepEqual(after[kept], before[kept]);
    equal((await stat(join(path, UUID, 'drive'))).ino, folder.ino);
    const network = await readFile(join(path, UUID, 'drive/openstack/latest/network_data.json'), 'utf8');
    equal((JSON.parse(network) as { links: unknown[] }).links.length, 1);
    await drives.refreshDrive(changed);
    equal(await readFile(join(path, UUID, 'drive/openstack/latest/network_data.json'), 'utf8'), network);
  });

  it('gives what has to move with the server, and takes the seed of another host', async () => {
    equal(await drives.belongings(UUID), undefined);
    const files = [{ path: '/a', data: Buffer.from([0, 255]) }];
    await drives.writeDrive(wish({}, { files, randomSeed: 'c2VlZA==' }));
    const own = { injectedFiles: files, adminPassword: 'pw', randomSeed: 'c2VlZA==' };
    deepEqual(await open().belongings(UUID), own);
    equal((await latest())['random_seed'], 'c2VlZA==');
  });

  it('gives the injected files of a server without a drive, and not its key, which Nova knows', async () => {
    const content = { data: Buffer.from('x'), mode: 0o644 };
    await drives.keepContents(OWN, [
      { ...content, guestPath: '/root/.ssh/authorized_keys', append: true },
      { ...content, guestPath: '/a', append: false },
    ]);
    const own = { injectedFiles: [{ path: '/a', data: Buffer.from('x') }], adminPassword: null, randomSeed: null };
    deepEqual(await open().belongings(UUID), own);
    await drives.keepContents(OWN, [{ ...content, guestPath: '/root/key', append: true }]);
    equal(await drives.belongings(UUID), undefined);
  });

  it('writes nothing when nothing changed, and mends what was lost', async () => {
    const { instance } = wish();
    await drives.writeDrive(wish());
    const file = join(path, UUID, 'drive/openstack/latest/meta_data.json');
    const before = await stat(file);
    await drives.refreshDrive(instance);
    equal((await stat(file)).ino, before.ino);
    await rm(join(path, UUID, 'drive/openstack'), { recursive: true });
    await drives.refreshDrive(instance);
    equal((await latest())['uuid'], UUID);
  });

  it('makes no drive by a refresh', async () => {
    await drives.refreshDrive(makeInstance());
    await rejects(stat(path), { code: 'ENOENT' });
    deepEqual([...(await drives.withDrive())], []);
  });

  it('keeps files that are mounted', async () => {
    const content = { guestPath: '/root/.ssh/authorized_keys', data: Buffer.from('key'), mode: 0o600, append: true };
    const [file] = await drives.keepContents(OWN, [content]);
    deepEqual([file?.guestPath, file?.readOnly], ['/root/.ssh/authorized_keys', true]);
    deepEqual(drives.contentFiles(OWN, [content]), [file]);
    equal(await readFile(file?.hostPath ?? '', 'utf8'), 'key');
    deepEqual([...(await drives.withDrive())], []);
  });

  it('gives a rescue a drive and files of its own, and the server has what it had', async () => {
    const files = [{ path: '/a', data: Buffer.from('mine') }];
    await drives.writeDrive(wish({}, { files }));
    const content = { guestPath: '/k', data: Buffer.from('key'), mode: 0o600, append: true };
    const [own] = await drives.keepContents(OWN, [content]);
    const before = await latest();
    const rescue = { ...OWN, role: 'rescue' } as const;
    const drive = await drives.writeDrive(wish({}, { role: 'rescue', adminPassword: 'medic' }));
    const [other] = await drives.keepContents(rescue, [{ ...content, data: Buffer.from('other') }]);
    deepEqual([drive, drives.driveFile(rescue)], [drive, drive]);
    const told = async (): Promise<Record<string, unknown>> =>
      JSON.parse(await readFile(join(drive.hostPath, 'openstack/latest/meta_data.json'), 'utf8')) as Record<
        string,
        unknown
      >;
    deepEqual([(await told())['admin_pass'], (await told())['files']], ['medic', undefined]);
    deepEqual(await latest(), before);
    await drives.refreshDrive(makeInstance({ metadata: { role: 'db' } }));
    deepEqual([(await told())['meta'], (await latest())['meta']], [{ role: 'db' }, { role: 'db' }]);
    deepEqual(await Promise.all([own, other].map((file) => readFile(file?.hostPath ?? '', 'utf8'))), ['key', 'other']);
    await drives.endRescue(UUID);
    await drives.endRescue(UUID);
    deepEqual(
      [(await readdir(join(path, UUID))).sort(), (await latest())['admin_pass']],
      [['drive', 'drive.json', 'files'], 'pw'],
    );
  });

  it('leaves nothing of an instance that is gone', async () => {
    await drives.writeDrive(wish());
    await drives.writeDrive(wish({ uuid: OTHER }));
    await mkdir(join(path, 'not-ours'));
    deepEqual([...(await drives.withDrive())].sort(), [UUID, OTHER].sort());
    await drives.keepOnly(new Set([UUID]));
    deepEqual((await readdir(path)).sort(), [UUID, 'not-ours'].sort());
    await drives.remove(UUID);
    await drives.remove(UUID);
    deepEqual(await readdir(path), ['not-ours']);
  });

  it('reads the operator’s file, or says what is wrong with it', async () => {
    const file = join(path, '..', 'vendor.json');
    deepEqual(await readVendorData(null), {});
    await rejects(readVendorData(file), /vendordata_jsonfile_path: .*vendor.json can't be used: ENOENT/);
    for (const text of ['[]', '{"a"', 'null']) {
      await writeFile(file, text);
      await rejects(readVendorData(file), /can't be used/);
    }
    await writeFile(file, '{"a": 1}');
    deepEqual(await readVendorData(file), { a: 1 });
  });
});
