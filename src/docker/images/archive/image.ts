import { BadArchive, shown } from './bad.js';
import type { Contents, Entry } from './contents.js';
import { dockerImage } from './docker.js';
import { ociImage } from './oci.js';
import { asObject, asString, asStrings } from './shapes.js';

/** Where an image's parts stand in its archive. */
export interface ImageParts {
  /** The configuration, byte by byte: the engine makes the image's id of it. */
  readonly config: Buffer;
  /** From the bottom up. */
  readonly layers: readonly Entry[];
}

/** Paths of an image's parts. */
export interface ImagePaths {
  readonly config: string;
  readonly layers: readonly string[];
}

/** What an engine of an architecture runs, in Go's words: its own, and the older one that the processors still know. */
const RUNS: Readonly<Record<string, readonly string[]>> = { amd64: ['amd64', '386'], arm64: ['arm64', 'arm'] };

/**
 * The one image in an archive. `manifest.json` is asked first, as engines do whose archives carry both: Docker 25 and
 * newer write an OCI layout beside it. Throws BadArchive.
 */
export function imageIn(contents: Contents, architecture: string): ImageParts {
  const paths = dockerImage(contents) ?? ociImage(contents, (found) => runsOn(found, architecture));
  if (paths === undefined) {
    throw new BadArchive(
      'its archive has neither manifest.json nor an OCI index.json: upload what `docker save` (1.10 or newer) writes',
    );
  }
  const config = contents.json(paths.config);
  if (config === undefined) throw missing(paths.config);
  checkConfig(config.value, paths.layers.length, architecture);
  return { config: config.bytes, layers: paths.layers.map((path) => contents.find(path) ?? fail(missing(path))) };
}

export function runsOn(found: string | undefined, architecture: string): boolean {
  return found === undefined || found === '' || (RUNS[architecture] ?? [architecture]).includes(found);
}

function checkConfig(config: unknown, layers: number, architecture: string): void {
  const image = asObject(config) ?? {};
  const diffIds = asStrings(asObject(image['rootfs'])?.['diff_ids']);
  if (diffIds === undefined) {
    throw new BadArchive('its archive holds something else than a container image: its configuration has no rootfs');
  }
  if (diffIds.length !== layers) {
    throw new BadArchive(`its archive is broken: ${layers} layers listed, ${diffIds.length} in its configuration`);
  }
  checkPlatform(asString(image['os']), asString(image['architecture']), architecture);
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

function fail(error: Error): never {
  throw error;
}
