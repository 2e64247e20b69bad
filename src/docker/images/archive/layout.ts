import { TarScanner } from './tar-scanner.js';

/** What is in a tar archive: an image as an engine or a build tool saves it, or a root file system itself. */
export type Layout = 'image' | 'root';

const IMAGE_NAMES = new Set(['manifest.json', 'index.json', 'oci-layout', 'repositories', 'blobs']);
const ROOT_NAMES = new Set([
  ...['bin', 'boot', 'dev', 'etc', 'home', 'lib', 'lib32', 'lib64', 'libx32', 'media', 'mnt', 'nix', 'opt', 'proc'],
  ...['root', 'run', 'sbin', 'srv', 'sys', 'tmp', 'usr', 'var', '.dockerenv', 'init'],
]);
/** Layers and configurations are called by their hashes. */
const HASH = /^(?:sha256[:-])?[0-9a-f]{64}(?:\.|$)/;
const IMAGE_FILE = /\.(?:json|tar|tgz|tar\.gz)$/;
/** `docker save` before Engine 25: a folder for each layer. */
const LAYER_FILES = new Set(['layer.tar', 'VERSION', 'json']);

/**
 * Tells the layouts apart by the names of the first entries, since an archive's `manifest.json` may be its last one.
 * `head`: the first bytes of the archive, as many as there are at hand.
 */
export function layoutOf(head: Buffer): Layout {
  const names: string[] = [];
  const scanner = new TarScanner({ entry: ({ path }) => names.push(path) });
  try {
    scanner.take(head);
  } catch {
    // What is broken in it is told by who reads it.
  }
  for (const name of names) {
    const layout = hintOf(name);
    if (layout !== undefined) return layout;
  }
  return names.length === 0 ? 'image' : 'root';
}

function hintOf(name: string): Layout | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  const [first, second] = parts;
  if (first === undefined) return undefined;
  if (IMAGE_NAMES.has(first) || HASH.test(first)) return 'image';
  if (ROOT_NAMES.has(first)) return 'root';
  if (parts.length === 1) return IMAGE_FILE.test(first) ? 'image' : undefined;
  return parts.length === 2 && LAYER_FILES.has(second ?? '') ? 'image' : undefined;
}

/** True for a name that only a root file system has at its top. */
export function isRootName(name: string): boolean {
  return ROOT_NAMES.has(name);
}
