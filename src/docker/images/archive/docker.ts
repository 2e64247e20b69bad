import { BadArchive } from './bad.js';
import type { Contents } from './contents.js';
import { entryPath, type ImagePaths } from './paths.js';
import { asObjects, asString, asStrings } from './shapes.js';

/**
 * The image that `manifest.json` of `docker save` names (image spec v1.2 of Moby, the same since Engine 1.10);
 * undefined without one. Throws BadArchive.
 */
export function dockerImage(contents: Pick<Contents, 'json'>): ImagePaths | undefined {
  const manifest = contents.json('manifest.json');
  if (manifest === undefined) return undefined;
  const images = asObjects(manifest.value);
  if (images === undefined) throw new BadArchive('its archive is broken: manifest.json is no list of images');
  const [image] = images;
  if (image === undefined || images.length > 1) {
    throw new BadArchive(`its archive holds ${images.length} images; save exactly one: docker save REPOSITORY:TAG`);
  }
  const config = asString(image['Config']);
  const layers = asStrings(image['Layers'] ?? []);
  if (config === undefined || layers === undefined) {
    throw new BadArchive('its archive is broken: manifest.json names no configuration or no layers');
  }
  return { config: entryPath(config), layers: layers.map(entryPath) };
}
