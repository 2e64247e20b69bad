import type { RequestContext } from '../observe/context.js';

/** Where an image is, for `image_ref_url` of unversioned notifications. */
export type ImageUrl = (imageRef: string | null, context: RequestContext) => string | null;

/** The `[glance]` options that say where Glance is. */
export interface GlancePlace {
  readonly apiServers: readonly string[];
  readonly endpointOverride: string | null;
  readonly regionName: string | null;
  /** In order of preference: `internal`, `public`, `admin`. */
  readonly validInterfaces: readonly string[];
}

function catalogUrl(place: GlancePlace, context: RequestContext): string | undefined {
  const image = context.serviceCatalog.find(({ type }) => type === 'image');
  const endpoints = (image?.endpoints ?? []).filter(
    ({ region }) => place.regionName === null || region === place.regionName,
  );
  const urls = place.validInterfaces.flatMap((name) =>
    endpoints.map((endpoint) => endpoint[`${name.replace(/URL$/, '')}URL`]),
  );
  return urls.find((url): url is string => typeof url === 'string');
}

/**
 * `<Glance>/images/<id>` (nova/image/glance.py generate_image_url, release 26), from the options or from the catalog that
 * came with the request; no call is made for it. Without either, the bare id: periodic work has no catalog.
 */
export function imageUrls(place: GlancePlace): ImageUrl {
  return (imageRef, context) => {
    const [server] = place.apiServers;
    if (server !== undefined) return `${server}/images/${imageRef ?? ''}`;
    const endpoint = place.endpointOverride ?? catalogUrl(place, context);
    if (endpoint === undefined) return imageRef;
    return `${endpoint.replace(/\/v\d+(\.\d+)?\/?$/, '/')}/images/${imageRef ?? ''}`;
  };
}
