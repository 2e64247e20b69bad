import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../plane/machine/command.js';
import type { Plane } from '../plane/plane.js';
import { archiveOf } from '../plane/openstack/base-image.js';
import { Rest } from '../plane/openstack/rest.js';

/** What is in the guest, with all that it needs: a C library, an SSH server, and busybox for the rest. */
const PACKAGES = [
  'busybox-static',
  'dropbear-bin',
  'libc6',
  'libcrypt1',
  'libgmp10',
  'libtomcrypt1',
  'libtommath1',
  'zlib1g',
];

/** What is ours in the guest. */
const PROGRAMS = {
  'usr/sbin/guest-init': 'guest-init.sh',
  'usr/sbin/guest-dhcp': 'dhcp.sh',
  'usr/sbin/chpasswd': 'chpasswd.sh',
  'usr/bin/sudo': 'sudo.sh',
  'usr/bin/curl': 'curl.sh',
  'usr/bin/blkid': 'blkid.sh',
  'usr/bin/lsblk': 'lsblk.sh',
  'usr/bin/mount': 'mount.sh',
  'usr/bin/umount': 'mount.sh',
} as const;

const script = (name: string): URL => new URL(name, import.meta.url);

/** What changes when the guest does. */
export function guestVersion(): string {
  const hash = createHash('sha256').update(JSON.stringify([PACKAGES, PROGRAMS]));
  for (const name of Object.values(PROGRAMS)) hash.update(readFileSync(script(name)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Puts the guest's archive into Glance under that name, unless it is there.
 * @returns the image's id
 */
export async function uploadGuest(plane: Plane, name: string, archive: string): Promise<string> {
  const rest = new Rest(plane, 'admin');
  const { images } = await rest.get<{ images: { id: string; status: string }[] }>('image', `/images?name=${name}`);
  const ready = images.find(({ status }) => status === 'active');
  if (ready !== undefined) return ready.id;
  const about = { name, container_format: 'docker', disk_format: 'raw', visibility: 'public', min_disk: 1 };
  const { id } = await rest.post<{ id: string }>('image', '/images', about);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const body = await readFile(archive);
  await rest.ask({ api: 'image', method: 'PUT', path: `/images/${id}/file`, body, headers });
  return id;
}

/** Makes an image with a real SSH server of Debian's packages, as a file. It needs a way to Debian's mirror. */
export async function makeGuestArchive(file: string, signal: AbortSignal): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ncd-guest-'));
  try {
    await writeFile(`${file}.new`, await guestArchive(folder, signal));
    await rename(`${file}.new`, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function guestArchive(folder: string, signal: AbortSignal): Promise<Buffer> {
  const [packages, root] = [join(folder, 'packages'), join(folder, 'root')];
  await mkdir(packages);
  // Debian's folders of programs and libraries are one since bookworm; packages still name the old ones.
  for (const name of [
    'usr/bin',
    'usr/sbin',
    'usr/lib',
    'usr/lib64',
    'etc',
    'root',
    'tmp',
    'proc',
    'sys',
    'dev',
    'var',
    'run',
    'mnt',
  ])
    await mkdir(join(root, name), { recursive: true });
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(root, name));
  await run(['apt-get', 'download', ...PACKAGES], { cwd: packages, signal });
  for (const name of PACKAGES) {
    const unpack = `dpkg-deb --fsys-tarfile ${name}_*.deb | tar --extract --keep-directory-symlink --directory "$1"`;
    await run(['bash', '-e', '-o', 'pipefail', '-c', unpack, 'bash', root], { cwd: packages, signal });
  }
  for (const name of ['usr/share', 'usr/lib/x86_64-linux-gnu/gconv'])
    await rm(join(root, name), { recursive: true, force: true });
  await furnish(root, signal);
  const layer = join(folder, 'layer.tar');
  await run(['tar', '--create', '--owner=0', '--group=0', '--sort=name', '--file', layer, '--directory', root, '.'], {
    signal,
  });
  return archiveOf(await readFile(layer), ['/sbin/guest-init'], 'guest');
}

/** Accounts, the applets of busybox and the first process. */
async function furnish(root: string, signal: AbortSignal): Promise<void> {
  const at = (name: string): string => join(root, name);
  const { stdout } = await run([at('bin/busybox'), '--list'], { signal });
  for (const applet of stdout.split('\n').filter((name) => name !== '' && name !== 'busybox'))
    // What a package brought is better than the applet.
    await symlink('/bin/busybox', at(`bin/${applet}`)).catch(() => undefined);
  for (const applet of ['ip', 'sysctl', 'route', 'ifconfig', 'arping'])
    await symlink('/bin/busybox', at(`sbin/${applet}`)).catch(() => undefined);
  const text = async (name: string, content: string, mode = 0o644): Promise<void> => {
    await writeFile(at(name), content);
    await chmod(at(name), mode);
  };
  await text('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  await text('etc/group', 'root:x:0:\nnogroup:x:65534:\n');
  await text('etc/shadow', 'root:*:19000:0:99999:7:::\n', 0o600);
  await text('etc/shells', '/bin/sh\n');
  await symlink('/run', at('var/run'));
  for (const [path, source] of Object.entries(PROGRAMS)) {
    // In place of an applet, which is a link.
    await rm(at(path), { force: true });
    await copyFile(script(source), at(path));
    await chmod(at(path), 0o755);
  }
  await chmod(at('tmp'), 0o1777);
}
