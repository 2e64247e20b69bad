import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pack } from 'tar-stream';
import { run } from '../machine/command.js';
import type { Plane } from '../plane.js';
import { Rest } from './rest.js';

/** The image's name in Glance; a colon in it would break the client's look-up by name. */
export const BASE_IMAGE = 'busybox';

/** It says a word to its console and then waits, as a server does that has nothing to do. */
const COMMAND = ['/bin/sh', '-c', 'echo "$(hostname) is up"; exec sleep infinity'];

/** A fixed date, so that the same busybox always gives the same bytes. */
const DATE = new Date('2024-01-01T00:00:00Z');

/**
 * Debian's static busybox as an image in the format of `docker save`, put into Glance for everyone.
 * @returns a note, or undefined when it was there
 */
export async function makeBaseImage(plane: Plane): Promise<string | undefined> {
  const rest = new Rest(plane, 'admin');
  const listed = await rest.get<{ images: { id: string; status: string }[] }>('image', `/images?name=${BASE_IMAGE}`);
  if (listed.images.some(({ status }) => status === 'active')) return undefined;
  // One that was never filled is left from an interrupted run.
  for (const { id } of listed.images) await rest.ask({ api: 'image', method: 'DELETE', path: `/images/${id}` });
  const archive = await busyboxArchive();
  const about = { name: BASE_IMAGE, container_format: 'docker', disk_format: 'raw', visibility: 'public', min_disk: 1 };
  const { id } = await rest.post<{ id: string }>('image', '/images', about);
  const headers = { 'Content-Type': 'application/octet-stream' };
  await rest.ask({ api: 'image', method: 'PUT', path: `/images/${id}/file`, body: archive, headers });
  return `${BASE_IMAGE}, ${(archive.length / 1e6).toFixed(1)} MB`;
}

/** The base image with a command of its own. */
export async function busyboxArchive(command: readonly string[] = COMMAND): Promise<Buffer> {
  return archiveOf(await busyboxLayer(), command, BASE_IMAGE);
}

/** One layer as an image in the format of `docker save`: `manifest.json`, the configuration and the layer. */
export async function archiveOf(layer: Buffer, command: readonly string[], name: string): Promise<Buffer> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      created: DATE.toISOString(),
      config: { Cmd: command, Env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
      history: [{ created: DATE.toISOString(), created_by: name }],
    }),
  );
  const folder = sha256(layer);
  const manifest = [
    { Config: `${sha256(config)}.json`, RepoTags: [`${name}:latest`], Layers: [`${folder}/layer.tar`] },
  ];
  return tar([
    { name: `${sha256(config)}.json`, body: config },
    { name: `${folder}/`, mode: 0o755 },
    { name: `${folder}/VERSION`, body: Buffer.from('1.0') },
    { name: `${folder}/layer.tar`, body: layer },
    { name: 'manifest.json', body: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

async function busyboxLayer(): Promise<Buffer> {
  const busybox = '/bin/busybox';
  const { stdout } = await run([busybox, '--list']);
  const applets = stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
  const folders = ['bin/', 'dev/', 'etc/', 'proc/', 'root/', 'run/', 'sbin/', 'sys/', 'usr/', 'usr/bin/', 'var/'];
  return tar([
    ...folders.map((name): Entry => ({ name, mode: 0o755 })),
    { name: 'tmp/', mode: 0o1777 },
    { name: 'bin/busybox', body: await readFile(busybox), mode: 0o755 },
    ...applets.map((name): Entry => ({ name: `bin/${name}`, link: '/bin/busybox' })),
    {
      name: 'etc/passwd',
      body: Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
    },
    { name: 'etc/group', body: Buffer.from('root:x:0:\nnogroup:x:65534:\n') },
  ]);
}

interface Entry {
  readonly name: string;
  readonly body?: Buffer;
  readonly link?: string;
  readonly mode?: number;
}

async function tar(entries: readonly Entry[]): Promise<Buffer> {
  const stream = pack();
  for (const { name, body, link, mode = 0o644 } of entries) {
    if (link !== undefined) stream.entry({ name, type: 'symlink', linkname: link, mtime: DATE });
    else if (body === undefined) stream.entry({ name, type: 'directory', mode, mtime: DATE });
    else stream.entry({ name, mode, mtime: DATE }, body);
  }
  stream.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
