import { BadArchive, shown } from './bad.js';
import type { Contents } from './contents.js';
import { dockerImage } from './docker.js';
import { UNKNOWN, kindOfData } from './magic.js';
import { ociImage } from './oci.js';
import type { ImagePaths } from './paths.js';
import { asObject, asString, asStrings } from './shapes.js';

/** An image, ready to be named. */
export interface ImageParts {
  /** The configuration, byte by byte: the engine makes the image's id of it. */
  readonly config: Buffer;
  /** Entry names under which its layers were sent, from the bottom up. */
  readonly layers: readonly string[];
}

/** What an engine of an architecture runs, in Go's words: its own, and the older one that the processors still know. */
const RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ['amd64', '386'], arm64: ['arm64', 'arm'] };

/**
 * Where the one image in an archive is. `manifest.json` is asked first, as engines do whose archives carry both: Docker
 * 25 and newer write an OCI layout beside it. Throws BadArchive.
 */
export function imagePathsIn(contents: Contents, architecture: string): ImagePaths {
  const paths = dockerImage(contents) ?? ociImage(contents, (found) => runsOn(found, architecture));
  if (paths !== undefined) return paths;
  throw new BadArchive(
    'its archive has neither manifest.json nor an OCI index.json: upload what `docker save` (1.10 or newer) writes',
  );
}

/** The image at these paths, once all of its layers are sent and found to be what its configuration says. */
export function imageIn(contents: Contents, paths: ImagePaths, architecture: string): ImageParts {
  const config = contents.json(paths.config);
  if (config === undefined) throw missing(paths.config);
  const diffIds = diffIdsOf(config.value, paths.layers.length, architecture);
  const layers = paths.layers.map((path, index) => layerIn(contents, path, diffIds[index]));
  return { config: config.bytes, layers };
}

/** A layer that is no tar archive some engines take for an empty one. */
function layerIn(contents: Contents, path: string, diffId: string | undefined): string {
  const layer = contents.find(path);
  if (layer?.kind !== 'sent') throw missing(path);
  const kind = kindOfData(layer.head);
  // A layer without files is nothing but a tar's end: zeros.
  if (kind !== 'tar' && kind !== 'gzip' && !isZeros(layer.head)) {
    throw new BadArchive(
      kind === 'empty' || kind.other === UNKNOWN
        ? `its archive is broken: the layer ${shown(path)} is no tar archive`
        : `its layer ${shown(path)} is ${kind.other}: save it plain or compressed with gzip`,
    );
  }
  if (layer.diffId === diffId) return layer.as;
  throw new BadArchive(`its archive is broken: the layer ${shown(path)} is not the one that its configuration names`);
}

function isZeros(head: Buffer): boolean {
  return head.length > 0 && head.every((byte) => byte === 0);
}

function runsOn(found: string | undefined, architecture: string): boolean {
  return found === undefined || found === '' || (RUNS[architecture] ?? [architecture]).includes(found);
}

function diffIdsOf(config: unknown, layers: number, architecture: string): readonly string[] {
  const image = asObject(config) ?? {};
  const diffIds = asStrings(asObject(image['rootfs'])?.['diff_ids']);
  if (diffIds === undefined) {
    throw new BadArchive('its archive holds something else than a container image: its configuration has no rootfs');
  }
  if (diffIds.length !== layers) {
    throw new BadArchive(`its archive is broken: ${layers} layers listed, ${diffIds.length} in its configuration`);
  }
  checkPlatform(asString(image['os']), asString(image['architecture']), architecture);
  return diffIds;
}

function checkPlatform(os = '', found = '', architecture: string): void {
  if (os !== 'linux' && os !== '') throw new BadArchive(`it is made for ${shown(os)}; this host runs linux`);
  if (!runsOn(found, architecture)) {
    throw new BadArchive(`it is made for ${shown(found)} processors; this host has ${architecture}`);
  }
}

function missing(path: string): BadArchive {
  return new BadArchive(`its archive is broken: ${shown(path)} is named in it and missing. Save and upload it again`);
}
