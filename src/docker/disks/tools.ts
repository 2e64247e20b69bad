import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import { messageOf, ServiceError } from '../../errors/kinds.js';
import { observed } from '../../observe/calls.js';
import type { DisksParts } from './parts.js';

const run = promisify(execFile);
/** Of what is free where a copy goes: other servers need some, too. */
const MOST_OF_FREE = 0.75;

/**
 * What a copy of these folders takes beside them: `held`, where holes of files stay holes, or `claimed`, where they are
 * written out. Throws Unavailable when there is no room for it.
 */
export async function checkRoom(
  parts: Pick<DisksParts, 'observer'>,
  { folders, size }: { readonly folders: readonly string[]; readonly size: 'held' | 'claimed' },
  signal: AbortSignal,
): Promise<void> {
  const words = [...(size === 'claimed' ? ['--apparent-size'] : []), '--summarize', '--total', '--block-size=1', '--'];
  const said = await tool(parts, 'du', [...words, ...folders], signal);
  const neededBytes = Number(/^(\d+)\ttotal$/m.exec(said)?.[1] ?? 0);
  const { bavail, bsize } = await statfs(folders[0] ?? '/');
  if (neededBytes <= bavail * bsize * MOST_OF_FREE) return;
  throw new ServiceError('Unavailable', noRoom(size, neededBytes));
}

/** For the server's user, who can mend it; how much room the host has is none of theirs. */
function noRoom(size: 'held' | 'claimed', bytes: number): string {
  const much = `${(bytes / 2 ** 30).toFixed(1)} GiB`;
  return size === 'claimed'
    ? `The files of the server claim ${much}, holes included, which are written out when its disk is taken; this host has ` +
        'no room for that. Delete or shrink large sparse files in it (du --apparent-size finds them).'
    : `The files of the server take ${much}; this host has no room for a second copy. Delete what is not needed in it.`;
}

/** The folder itself stays, with the owner and mode of the other. */
export async function copyFolder(
  parts: Pick<DisksParts, 'observer'>,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<void> {
  await tool(parts, 'cp', ['--recursive', '--no-dereference', '--preserve=all', '--', `${from}/.`, to], signal);
}

/** GNU's: owners, modes, times, links, devices (by which overlay2 marks what was deleted), attributes and holes stay. */
async function tool(
  { observer }: Pick<DisksParts, 'observer'>,
  program: 'cp' | 'du',
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const options = { env: { PATH: process.env['PATH'], LC_ALL: 'C' }, signal, cwd: '/' };
  const name = program === 'cp' ? 'disk.copy' : 'disk.measure';
  try {
    return await observed(
      observer,
      { system: 'host', name },
      async () => (await run(program, [...words], options)).stdout,
    );
  } catch (error) {
    signal.throwIfAborted();
    // Files that go while they are counted count no more; du has told of the others.
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    if (program === 'du' && stdout.includes('\ttotal')) return stdout;
    const said = stderr.trim().split('\n').at(-1) ?? messageOf(error);
    throw new ServiceError('Unavailable', `The disk of the server could not be copied: ${reasonIn(said)}`, {
      cause: error,
    });
  }
}

/** What the system says of it, without paths of the host. */
function reasonIn(said: string): string {
  return said.slice(said.lastIndexOf(': ') + 1).trim();
}
