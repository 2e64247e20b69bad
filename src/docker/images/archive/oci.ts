import { createHash, getHashes } from 'node:crypto';
import { BadArchive, shown } from './bad.js';
import type { Contents } from './contents.js';
import type { ImagePaths } from './paths.js';
import { asObject, asObjects, asString, type Json } from './shapes.js';

/** An index may name an index (one for each platform); deeper than this nobody nests. */
const DEEPEST = 3;

/**
 * The image in an OCI image layout (image-spec 1.0, `index.json` and `blobs/`) that runs here; undefined without an
 * index. Throws BadArchive when none or more than one would do.
 */
export function ociImage(
  contents: Contents,
  runs: (architecture: string | undefined) => boolean,
): ImagePaths | undefined {
  const index = contents.json('index.json');
  if (index === undefined) return undefined;
  const all = manifestsIn(contents, asObject(index.value) ?? {}, DEEPEST);
  const fitting = all.filter(({ architecture }) => runs(architecture));
  const [chosen] = fitting;
  if (chosen === undefined) {
    const found = all.map(({ architecture }) => architecture ?? 'unknown').join(', ');
    throw new BadArchive(
      all.length === 0 ? 'its OCI archive holds no image' : `it is made for other processors (${shown(found)})`,
    );
  }
  if (fitting.length > 1) throw new BadArchive(`its OCI archive holds ${fitting.length} images; save exactly one`);
  return {
    config: blobPath(asObject(chosen.manifest['config'])),
    layers: (asObjects(chosen.manifest['layers']) ?? []).map(blobPath),
  };
}

interface FoundManifest {
  readonly manifest: Json;
  readonly architecture: string | undefined;
}

function manifestsIn(contents: Contents, index: Json, depth: number): readonly FoundManifest[] {
  if (depth === 0) throw new BadArchive('its OCI archive nests indexes too deeply');
  return (asObjects(index['manifests']) ?? []).filter(isImage).flatMap((descriptor) => {
    const blob = jsonBlob(contents, descriptor);
    if (blob['manifests'] !== undefined) return manifestsIn(contents, blob, depth - 1);
    const platform = asObject(descriptor['platform']) ?? configOf(contents, blob);
    return [{ manifest: blob, architecture: asString(platform['architecture']) }];
  });
}

/** Build tools put statements about an image beside it, as manifests for an unknown platform. */
function isImage(descriptor: Json): boolean {
  const kind = asObject(descriptor['annotations'])?.['vnd.docker.reference.type'];
  return kind === undefined && asObject(descriptor['platform'])?.['architecture'] !== 'unknown';
}

function configOf(contents: Contents, manifest: Json): Json {
  return jsonBlob(contents, asObject(manifest['config']));
}

/** A blob that must be JSON and hash to its own name. */
function jsonBlob(contents: Contents, descriptor: Json | undefined): Json {
  const path = blobPath(descriptor);
  const found = contents.json(path);
  const value = asObject(found?.value);
  const [, algorithm = '', hex] = path.split('/');
  if (found === undefined || value === undefined || !getHashes().includes(algorithm)) {
    throw new BadArchive(`its OCI archive is broken: ${shown(path)} is missing or no JSON object`);
  }
  if (createHash(algorithm).update(found.bytes).digest('hex') !== hex) {
    throw new BadArchive(`its OCI archive is broken: ${shown(path)} does not hash to its name`);
  }
  return value;
}

function blobPath(descriptor: Json | undefined): string {
  const digest = asString(descriptor?.['digest']) ?? '';
  const [, algorithm, hex] = /^([a-z0-9]+):([0-9a-f]+)$/.exec(digest) ?? [];
  if (algorithm === undefined || hex === undefined) {
    throw new BadArchive(`its OCI archive is broken: ${shown(digest)} is no digest`);
  }
  return `blobs/${algorithm}/${hex}`;
}
