import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, mkdir, readFile, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ContainerKey, GuestFile } from '../../compute/ports/containers.js';
import { messageOf, ServiceError } from '../../errors/kinds.js';
import { observed } from '../../observe/calls.js';
import type { ContainerInspect } from '../engine/wire.js';
import { inspected, ownLayer } from './overlay.js';
import type { DisksParts } from './parts.js';

const run = promisify(execFile);
/** Where the kernel knows the option, the engine mounts without an index, and one that was made would be in its way. */
const INDEX_OPTION = '/sys/module/overlay/parameters/index';

/** Throws Unsupported (InstanceNotRescuable) when the engine's storage driver keeps no disk that could be mounted beside it. */
export async function checkExposable(parts: DisksParts, container: ContainerKey): Promise<void> {
  overlayOf(container, await inspected(parts, container));
}

/**
 * Mounts a stopped container's file system on the host, and gives what another one has to mount to have it below
 * `guestPath`, the volumes of the first in their places. Safe to repeat. Throws Conflict while it runs: two mounts of one
 * upper directory are undefined (Documentation/filesystems/overlayfs.rst).
 */
export async function expose(
  parts: DisksParts,
  container: ContainerKey,
  guestPath: string,
): Promise<readonly GuestFile[]> {
  const inspect = await inspected(parts, container);
  const layer = overlayOf(container, inspect);
  if (inspect.State.Running) {
    throw new ServiceError('Conflict', `The container of instance ${container.instanceUuid} still runs.`);
  }
  const target = targetOf(parts, container.instanceUuid);
  await mkdir(target, { recursive: true, mode: 0o700 });
  if (!(await isMounted(target))) await mountOverlay(parts, layer, target);
  const volumes = inspect.Mounts.filter(({ Type: type, Driver: driver }) => type === 'volume' && driver === 'local');
  return [
    { hostPath: target, guestPath },
    ...volumes.map(({ Source: source, Destination: path }) => ({ hostPath: source, guestPath: join(guestPath, path) })),
  ];
}

/** Takes the mount away; none is fine. Nothing may use it any more. */
export async function conceal(parts: DisksParts, instanceUuid: string): Promise<void> {
  const target = targetOf(parts, instanceUuid);
  if (!existsSync(target)) return;
  if (await isMounted(target)) {
    await observed(parts.observer, { system: 'host', name: 'disk.unmount' }, () => mounting('umount', [target], '/'));
  }
  await rmdir(target);
}

function targetOf({ folder }: DisksParts, instanceUuid: string): string {
  return join(`${folder}-exposed`, instanceUuid);
}

/** The engine's folder of the container's own layer. */
function overlayOf({ instanceUuid }: ContainerKey, inspect: ContainerInspect): string {
  const layer = ownLayer(inspect);
  if (layer.folder !== null) return layer.folder;
  const reason = `the engine's storage driver is ${layer.driver}; only with overlay2 can the disk of a server be given to another container`;
  throw new ServiceError('Unsupported', `Instance ${instanceUuid} cannot be rescued: ${reason}.`, {
    nova: { name: 'InstanceNotRescuable', code: 400, kwargs: { instance_id: instanceUuid, reason } },
  });
}

/** With the driver's short names of the lower layers, from its own folder: the kernel takes one page of options. */
async function mountOverlay({ observer }: DisksParts, layer: string, target: string): Promise<void> {
  const home = dirname(layer);
  const own = layer.slice(home.length + 1);
  const lower = (await readFile(join(layer, 'lower'), 'utf8')).trim();
  const hasIndex = await access(INDEX_OPTION).then(
    () => true,
    () => false,
  );
  const options = [
    `lowerdir=${lower}`,
    `upperdir=${own}/diff`,
    `workdir=${own}/work`,
    ...(hasIndex ? ['index=off'] : []),
  ];
  const words = ['-t', 'overlay', '-o', options.join(','), 'overlay', target];
  await observed(observer, { system: 'host', name: 'disk.mount' }, () => mounting('mount', words, home));
}

async function mounting(program: 'mount' | 'umount', words: readonly string[], folder: string): Promise<void> {
  try {
    await run(program, [...words], { cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? messageOf(error);
    throw new ServiceError('Unavailable', `The disk of a server could not be mounted or unmounted: ${said}`, {
      cause: error,
    });
  }
}

async function isMounted(target: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  return mounts.split('\n').some((line) => line.split(' ')[4] === target);
}
