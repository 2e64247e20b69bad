import { posix } from 'node:path';
import type { Header } from 'tar-stream';
import { ServiceError } from '../../errors/kinds.js';

/** The header that an archive of this path begins with: of the file or folder itself, links not followed. */
export type HeaderOf = (path: string) => Promise<Header>;

/** A folder of a container's file system, by its true path, with the headers of the folders above it. */
export interface Located {
  readonly path: string;
  /** From the top down, by their true paths. */
  readonly parents: ReadonlyMap<string, Header>;
}

const MOST_LINKS = 40;

/**
 * Follows the symbolic links in a path, as the engine does when it mounts a volume there. The folders above are wanted
 * because a layer that holds a folder decides about its owner and mode.
 */
export async function locate(path: string, headerOf: HeaderOf): Promise<Located> {
  const parents = new Map<string, Header>();
  let [at, left, links] = ['/', partsOf(path), 0];
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    const next = posix.join(at, part);
    const header = await headerOf(next);
    if (header.type === 'symlink') {
      links += 1;
      if (links > MOST_LINKS) throw new ServiceError('Invalid', `The path ${path} of a volume is a loop of links.`);
      const target = header.linkname ?? '';
      left = [...partsOf(target), ...left];
      if (posix.isAbsolute(target)) at = '/';
      continue;
    }
    at = next;
    if (left.length > 0) parents.set(at, header);
  }
  // What a later `..` has left again is no parent.
  return { path: at, parents: new Map([...parents].filter(([folder]) => at.startsWith(`${folder}/`))) };
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}
