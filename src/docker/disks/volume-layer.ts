import { spawn } from 'node:child_process';
import { open, rename, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { pack, type Header } from 'tar-stream';
import { ServiceError } from '../../errors/kinds.js';
import { observed, type CallObserver } from '../../observe/calls.js';
import { unfinishedOf, type LayerFiles } from './folder.js';
import type { Located } from './located.js';

/** A volume's data on this host, and where the container has them. */
export interface VolumeAt {
  readonly source: string;
  readonly at: Located;
}

/** Whether a layer holds ephemeral disks, by its first bytes. */
export function isEphemeralLayer(head: Buffer): boolean {
  const owner = head.subarray(OWNER_AT, OWNER_AT + OWNER_BYTES).toString('latin1');
  return owner.replace(/\0.*$/s, '') === EPHEMERAL_MARK;
}

interface Writing {
  readonly kind: keyof LayerFiles;
  readonly observer: CallObserver;
  readonly signal: AbortSignal;
  /** Of the file system of a folder. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/**
 * Who owns the first entry of a layer of ephemeral disks, by name (engines go by numbers): it is known by that when it comes
 * out of an engine again, byte for byte.
 */
const EPHEMERAL_MARK = 'nova-ephemeral';
/** Of a tar header (POSIX ustar): enough to know the mark. */
export const HEADER_BYTES = 512;
const [OWNER_AT, OWNER_BYTES] = [265, 32];

const TRAILER_BYTES = 1024;
const MOST_WORDS = 2000;
/** Of what is free where the archive goes: the service's own files and other servers need some, too. */
const MOST_OF_FREE = 0.75;
/** In which POSIX counts a limit of file sizes (ulimit). */
const BLOCK_BYTES = 512;
/** GNU tar's "some files changed": files of a frozen container do not, but a socket that is left out counts as one. */
const SOME_DIFFER = 1;

/**
 * Writes the data of volumes as one more layer of an image: a tar archive in `file`, which is there when it is whole.
 * GNU tar reads them from where they lie, with owners, links and capabilities. Throws Unavailable when there is no room.
 *
 * INVARIANTS: the archive never fills the disk, however large its data say that they are: a file with holes takes nothing
 * in a volume, and all that it claims in the archive. So the kernel limits what tar can write.
 */
export async function writeVolumeLayer(
  volumes: readonly VolumeAt[],
  file: string,
  { kind, observer, signal, freeBytes = freeBytesAt }: Writing,
): Promise<void> {
  const unfinished = unfinishedOf(file);
  const handle = await open(unfinished, 'w', 0o600);
  try {
    await handle.writeFile(await frame(volumes, kind));
    const call = { system: 'host', name: 'volumes.read' } as const;
    const mostBytes = (await freeBytes(dirname(file))) * MOST_OF_FREE;
    await observed(observer, call, () => runTar(tarArguments(volumes), { output: handle.fd, mostBytes }, signal));
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}

/**
 * What goes before the data: the folders above as they are, and for each volume the mark that it hides what lower layers
 * have at its place: files that were deleted in the volume stay deleted.
 */
async function frame(volumes: readonly VolumeAt[], kind: keyof LayerFiles): Promise<Buffer> {
  const out = pack();
  const mark = kind === 'ephemeral' ? { uname: EPHEMERAL_MARK } : {};
  const parents = new Map(volumes.flatMap(({ at }) => [...at.parents]));
  // The engine takes no layer that names a path twice (tar-split), and folders of volumes come with their data.
  const own = [...parents].filter(([path]) => !volumes.some(({ at }) => isWithin(path, at.path)));
  for (const [path, header] of own) out.entry({ ...asFolder(path, header), ...mark });
  for (const { at } of volumes) {
    out.entry({ name: `${at.path.slice(1)}/.wh..wh..opq`, mode: 0o600, ...mark }, '');
  }
  out.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of out) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(0, -TRAILER_BYTES);
}

function asFolder(path: string, { mode, uid, gid, mtime }: Header): Partial<Header> & { name: string } {
  const owner = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  return { name: `${path.slice(1)}/`, type: 'directory', mode: mode ?? 0o755, ...owner, ...(mtime && { mtime }) };
}

function tarArguments(volumes: readonly VolumeAt[]): readonly string[] {
  const renames = volumes.map(({ source, at }) => {
    return `--transform=flags=rh;s,^${literal(source)},${replacement(at.path.slice(1))},`;
  });
  const nested = volumes.flatMap(({ source, at }) =>
    volumes
      .filter((other) => other.at.path !== at.path && isWithin(other.at.path, at.path))
      .map((other) => `--exclude=${source}${other.at.path.slice(at.path.length)}`),
  );
  return [
    ...['--create', '--format=posix', '--numeric-owner', '--absolute-names', '--warning=no-file-ignored'],
    ...['--xattrs', '--xattrs-include=user.*', '--xattrs-include=security.capability'],
    // In a layer such a name means that a file is deleted; there is no way to write one that means itself.
    '--exclude=.wh.*',
    // Where another volume is mounted into this one, only that one's folder counts.
    ...['--anchored', '--no-wildcards', ...nested],
    ...renames,
    '--',
    ...volumes.map(({ source }) => source),
  ];
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** As a basic regular expression that means itself. */
function literal(path: string): string {
  return path.replaceAll(/[\\.*[\]^$,]/g, '\\$&');
}

function replacement(path: string): string {
  return path.replaceAll(/[\\&,]/g, '\\$&');
}

async function freeBytesAt(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const NO_ROOM =
  'with the holes in their files they are larger than this host has room for. Delete or shrink large sparse files in them';

/** The shell sets the limit and becomes tar. */
const LIMITED_TAR = ['-c', 'ulimit -f "$0" && exec tar "$@"'];

function runTar(
  words: readonly string[],
  { output, mostBytes }: { readonly output: number; readonly mostBytes: number },
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const env = { PATH: process.env['PATH'], LC_ALL: 'C' };
  return new Promise((resolve, reject) => {
    const limited = [...LIMITED_TAR, String(Math.floor(mostBytes / BLOCK_BYTES)), ...words];
    const child = spawn('sh', limited, { stdio: ['ignore', output, 'pipe'], env, cwd: '/' });
    const errors = child.stderr as Readable;
    let said = '';
    const stop = (): boolean => child.kill('SIGKILL');
    signal.addEventListener('abort', stop, { once: true });
    errors.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MOST_WORDS)));
    child.on('error', (cause) => {
      reject(new ServiceError('Unavailable', `tar could not be started: ${cause.message}`, { cause }));
    });
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) return reject(signal.reason as Error);
      if (code === 0 || code === SOME_DIFFER) return resolve();
      const reason = killedBy === 'SIGXFSZ' ? NO_ROOM : (said.trim().split('\n').at(-1) ?? '');
      reject(new ServiceError('Unavailable', `The volumes of the server could not be read: ${reason}`));
    });
  });
}
