import { ServiceError } from '../errors/kinds.js';
import type { RequestContext } from '../observe/context.js';
import type { EndpointSettings } from './settings.js';

/** One address of a service, from whichever form of catalogue. */
export interface Endpoint {
  readonly type: string;
  readonly name: string | null;
  /** `public`, `internal` or `admin`. */
  readonly interface: string;
  readonly region: string | null;
  readonly url: string;
}

interface V3Service {
  readonly type: string;
  readonly name?: string;
  readonly endpoints?: readonly {
    readonly interface: string;
    readonly region_id?: string | null;
    readonly region?: string | null;
    readonly url: string | null;
  }[];
}

/** The endpoints of a token's catalogue (Keystone v3 `token.catalog`). */
export function endpointsOfToken(catalog: readonly V3Service[]): readonly Endpoint[] {
  return catalog.flatMap((service) =>
    (service.endpoints ?? []).flatMap((endpoint) =>
      endpoint.url === null || endpoint.url === ''
        ? []
        : [
            {
              type: service.type,
              name: service.name ?? null,
              interface: endpoint.interface,
              region: endpoint.region_id ?? endpoint.region ?? null,
              url: endpoint.url,
            },
          ],
    ),
  );
}

/** The endpoints of a request's context: the v2 form that nova-api cuts out of the user's token (nova/context.py, 26). */
export function endpointsOfContext(context: RequestContext): readonly Endpoint[] {
  return context.serviceCatalog.flatMap((service) =>
    service.endpoints.flatMap((endpoint) =>
      ['public', 'internal', 'admin'].flatMap((face) => {
        const url = endpoint[`${face}URL`];
        if (url === undefined || url === null || url === '') return [];
        return [{ type: service.type, name: service.name, interface: face, region: endpoint['region'] ?? null, url }];
      }),
    ),
  );
}

/** The address to use, or undefined. Service types and interfaces are tried in the order of the settings. */
export function pickEndpoint(endpoints: readonly Endpoint[], wanted: EndpointSettings): string | undefined {
  const fitting = endpoints.filter(
    (endpoint) =>
      (wanted.region === undefined || endpoint.region === wanted.region) &&
      (wanted.serviceName === undefined || endpoint.name === null || endpoint.name === wanted.serviceName),
  );
  for (const type of wanted.serviceTypes) {
    for (const face of wanted.interfaces) {
      const found = fitting.find(
        (endpoint) => endpoint.type === type && endpoint.interface === face.replace(/URL$/, ''),
      );
      if (found !== undefined) return found.url;
    }
  }
  return undefined;
}

/** What to tell the operator when the catalogue has no such endpoint. */
export function noEndpoint(endpoints: readonly Endpoint[], wanted: EndpointSettings): ServiceError {
  const region = wanted.region === undefined ? '' : `, region ${wanted.region}`;
  const known = [...new Set(endpoints.map((endpoint) => `${endpoint.type}/${endpoint.interface}`))].join(', ');
  return new ServiceError(
    'Unavailable',
    `No endpoint for [${wanted.section}] (type ${wanted.serviceTypes.join(' or ')}, interface ` +
      `${wanted.interfaces.join(' or ')}${region}) in the service catalogue, which has: ${known || 'nothing'}. ` +
      `Register one in Keystone, correct region_name and valid_interfaces, or set endpoint_override.`,
  );
}

/** The address itself if it is one. Throws Invalid, naming the option that it comes from. */
export function httpUrl(url: string, option: string): string {
  if (/^https?:\/\/[^/]/.test(url) && URL.canParse(url)) return url;
  throw new ServiceError('Invalid', `${option} is no address: "${url}" (it should look like http://controller:5000)`);
}

/**
 * The base that paths are put behind. With a version, whatever version the catalogue says is replaced: operators
 * register `http://glance:9292`, `…/v2` and `…/image/v2.1` for the same thing (so does nova/image/glance.py).
 */
export function baseUrl(url: string, version: string | undefined): string {
  const bare = url.replace(/\/+$/, '');
  if (version === undefined) return bare;
  return `${bare.replace(/\/v\d+(\.\d+)?$/, '')}/${version}`;
}
