import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CRIU_OPTIONS_FILE } from '../../../src/docker/checkpoints/facts.js';
import { NEEDED_OPTIONS } from '../../../src/docker/checkpoints/lacking.js';
import { cleanEnvironment, run } from '../machine/command.js';
import { enterSpace } from '../machine/space.js';
import type { Plane } from '../plane.js';

/**
 * The CRIU by which a plane's hosts move running servers, by its full path (`--set docker.criu.program=...`): it may lie
 * anywhere, as the one that Debian has may be too old for the machine's kernel. Without it a plane finds the machine's.
 */
function criuOf(plane: Plane): string | undefined {
  return plane.overrides['docker']?.['criu']?.['program'];
}

/** A host's own, so that a test can take it away from one host alone. */
const folderOf = (plane: Plane): string => join(plane.data, 'bin');

/** Puts it, and the options that it needs, where this host's processes look and no others do. */
export async function placeCriu(plane: Plane, signal: AbortSignal): Promise<void> {
  const program = criuOf(plane);
  const link = join(folderOf(plane), 'criu');
  await rm(link, { force: true });
  if (program === undefined) return;
  await mkdir(folderOf(plane), { recursive: true });
  await symlink(program, link);
  if (plane.space !== null) await run([...enterSpace(plane.space), 'sh', '-c', OPTIONS], { signal });
}

const FOLDER = CRIU_OPTIONS_FILE.slice(0, CRIU_OPTIONS_FILE.lastIndexOf('/'));
/** The folder itself, empty, is the machine's. */
const OPTIONS =
  `mkdir -p ${FOLDER} && { grep -q ' ${FOLDER} ' /proc/self/mounts || mount -t tmpfs criu ${FOLDER}; } && ` +
  `printf '%s\\n' ${NEEDED_OPTIONS.join(' ')} > ${CRIU_OPTIONS_FILE}`;

/** What finds it. */
export function criuEnvironment(plane: Plane): Readonly<Record<string, string>> {
  return criuOf(plane) === undefined ? {} : { PATH: `${folderOf(plane)}:${cleanEnvironment()['PATH'] ?? ''}` };
}

/** What an engine needs for it; what Debian calls docker-init is a link, which CRIU can't mount again. */
export function criuEngineOptions(plane: Plane): Readonly<Record<string, unknown>> {
  return criuOf(plane) === undefined ? {} : { experimental: true, 'init-path': '/usr/bin/tini-static' };
}
