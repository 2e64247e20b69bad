import type { ImageFacts } from '../../compute/ports/images.js';

/** Properties of Glance's images that this room reads; who owns an image sets them. */
type Properties = Readonly<Record<string, string>>;

/** What a container of the image runs; the second name is older, and known to Nova (nova-docker's use of it). */
const COMMANDS = ['docker_command', 'os_command_line'];

/** Whether the image says by itself what is to run. */
export function namesCommand(properties: Properties): boolean {
  return COMMANDS.some((name) => (properties[name] ?? '').trim() !== '');
}

/** Name of the property by which an image without data of its own refers to one in a registry. */
const REGISTRY_IMAGE = 'docker_image';

/** Data up to this size are no image but only stand in for one: some tools can't upload nothing. */
const PLACEHOLDER_BYTES = 4096;

/**
 * What an image refers to instead of holding it; undefined for one with data of its own. Those count for more: a snapshot
 * inherits the properties of the image that its server was made from.
 */
export function registryImage({
  properties,
  sizeBytes,
}: Pick<ImageFacts, 'properties' | 'sizeBytes'>): string | undefined {
  const text = (properties[REGISTRY_IMAGE] ?? '').trim();
  return text === '' || (sizeBytes ?? 0) > PLACEHOLDER_BYTES ? undefined : text;
}
