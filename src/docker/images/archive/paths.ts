import { posix } from 'node:path';
import { BadArchive, shown } from './bad.js';

/** Where an image's parts are in its archive. */
export interface ImagePaths {
  readonly config: string;
  readonly layers: readonly string[];
}

/** The path of an entry, in one form. Throws BadArchive for one that leads out of the archive. */
export function entryPath(name: string): string {
  return inside(name, name);
}

/** Where a symbolic link points, from the archive's root. */
export function symlinkTarget(path: string, target: string): string {
  if (posix.isAbsolute(target)) throw outside(path);
  return inside(posix.join(posix.dirname(path), target), path);
}

/** Where a hard link points: its target is written from the archive's root. */
export function hardlinkTarget(path: string, target: string): string {
  return inside(target, path);
}

/** The path of a file in a root file system, from its root. Throws BadArchive for one that leads out of it. */
export function rootPath(name: string, entry: string): string {
  const path = posix.normalize(`./${name.replace(/^\/+/, '')}`).replace(/\/+$/, '');
  if (path === '..' || path.startsWith('../') || path.includes('\0')) {
    throw new BadArchive(`its file system has an entry that leads out of it (${shown(entry)}): pack it again`);
  }
  return path === '.' ? '/' : `/${path}`;
}

function inside(path: string, name: string): string {
  const plain = posix.normalize(path).replace(/\/+$/, '');
  if (posix.isAbsolute(plain) || plain === '..' || plain.startsWith('../') || plain.includes('\0')) throw outside(name);
  return plain;
}

function outside(name: string): BadArchive {
  return new BadArchive(
    `its archive has an entry that leads out of it (${shown(name)}): upload what \`docker save\` writes`,
  );
}
