import { BadArchive, shown } from './bad.js';
import type { Contents } from './contents.js';
import { dockerImage } from './docker.js';
import { UNKNOWN, kindOfData } from './magic.js';
import { ociImage } from './oci.js';
import type { ImagePaths } from './paths.js';
import { checkPlatform, runsOn } from './platform.js';
import { asObject, asString, asStrings } from './shapes.js';

/** An image, ready to be named. */
export interface ImageParts {
  /** The configuration, byte by byte: the engine makes the image's id of it. */
  readonly config: Buffer;
  /** Entry names under which its layers were sent, from the bottom up. */
  readonly layers: readonly string[];
}

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

function layerIn(contents: Contents, path: string, diffId: string | undefined): string {
  const layer = contents.find(path);
  if (layer?.kind !== 'sent') throw missing(path);
  checkPacking(path, layer.head);
  if (layer.diffId !== diffId) {
    throw new BadArchive(`its archive is broken: the layer ${shown(path)} is not the one that its configuration names`);
  }
  if (layer.problem !== undefined) throw new BadArchive(`in its layer ${shown(path)}, ${layer.problem.message}`);
  return layer.as;
}

/** A layer that is no tar archive some engines take for an empty one. */
function checkPacking(path: string, head: Buffer): void {
  const kind = kindOfData(head);
  // A layer without files is nothing but a tar's end: zeros.
  if (kind === 'tar' || kind === 'gzip' || isZeros(head)) return;
  const what = typeof kind === 'object' ? kind.other : `compressed with ${kind}`;
  throw new BadArchive(
    kind === 'empty' || what === UNKNOWN
      ? `its archive is broken: the layer ${shown(path)} is no tar archive`
      : `its layer ${shown(path)} is ${what}: save it plain or compressed with gzip`,
  );
}

function isZeros(head: Buffer): boolean {
  return head.length > 0 && head.every((byte) => byte === 0);
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

function missing(path: string): BadArchive {
  return new BadArchive(`its archive is broken: ${shown(path)} is named in it and missing. Save and upload it again`);
}
