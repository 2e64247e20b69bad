import assert from 'node:assert/strict';
import {
  baseUrl,
  endpointsOfContext,
  endpointsOfToken,
  pickEndpoint,
  type Endpoint,
} from '../../../src/openstack/catalog.js';
import type { EndpointSettings } from '../../../src/openstack/settings.js';
import { userContext } from './session-double.js';

function wish(changes: Partial<EndpointSettings> = {}): EndpointSettings {
  return {
    section: 'glance',
    serviceTypes: ['image'],
    interfaces: ['internal', 'public'],
    overrides: [],
    ...changes,
  };
}

function endpoint(changes: Partial<Endpoint>): Endpoint {
  return { type: 'image', name: 'glance', interface: 'public', region: 'R1', url: 'http://public', ...changes };
}

describe('openstack catalogue', () => {
  const both = [endpoint({}), endpoint({ interface: 'internal', url: 'http://internal' })];
  const cases: readonly [string, readonly Endpoint[], EndpointSettings, string | undefined][] = [
    ['the preferred interface', both, wish(), 'http://internal'],
    ['the next interface', [endpoint({})], wish(), 'http://public'],
    ['interfaces in the old spelling', both, wish({ interfaces: ['publicURL'] }), 'http://public'],
    ['no other interface', both, wish({ interfaces: ['admin'] }), undefined],
    ['the region', [endpoint({ region: 'R2', url: 'http://r2' }), ...both], wish({ region: 'R2' }), 'http://r2'],
    ['no other region', both, wish({ region: 'R3' }), undefined],
    [
      'the preferred type',
      [endpoint({ type: 'volumev3', url: 'http://old' }), endpoint({ type: 'block-storage', url: 'http://new' })],
      wish({ serviceTypes: ['block-storage', 'volumev3'] }),
      'http://new',
    ],
    [
      'the name, where the catalogue has names',
      [endpoint({ name: 'other', url: 'http://other' }), ...both],
      wish({ serviceName: 'glance' }),
      'http://internal',
    ],
    [
      'a nameless one, when a name is wanted',
      [endpoint({ name: null })],
      wish({ serviceName: 'glance' }),
      'http://public',
    ],
  ];
  for (const [title, endpoints, wanted, url] of cases) {
    it(`picks ${title}`, () => assert.equal(pickEndpoint(endpoints, wanted), url));
  }

  it("reads a token's catalogue", () => {
    const catalog = [
      {
        type: 'image',
        name: 'glance',
        endpoints: [
          { interface: 'public', region: 'R1', region_id: 'R1', url: 'http://a' },
          { interface: 'admin', region: 'R1', url: null },
        ],
      },
      { type: 'metering' },
    ];
    assert.deepEqual(endpointsOfToken(catalog), [endpoint({ url: 'http://a' })]);
  });

  it("reads a request context's catalogue", () => {
    const endpoints = [{ region: 'R1', publicURL: 'http://a', internalURL: 'http://b', adminURL: null }];
    const context = userContext({ serviceCatalog: [{ type: 'image', name: 'glance', endpoints }] });
    assert.deepEqual(endpointsOfContext(context), [
      endpoint({ url: 'http://a' }),
      endpoint({ interface: 'internal', url: 'http://b' }),
    ]);
  });

  const bases: readonly [string, string | undefined, string][] = [
    ['http://h:9292', 'v2', 'http://h:9292/v2'],
    ['http://h:9292/', 'v2', 'http://h:9292/v2'],
    ['http://h/image/v2.1/', 'v2', 'http://h/image/v2'],
    ['http://h:9696/v2.0', 'v2.0', 'http://h:9696/v2.0'],
    ['http://h/v2ray', 'v2', 'http://h/v2ray/v2'],
    ['http://h:8776/v3/0123/', undefined, 'http://h:8776/v3/0123'],
    ['http://h/placement/', undefined, 'http://h/placement'],
  ];
  for (const [url, version, base] of bases) {
    it(`makes ${base} of ${url}`, () => assert.equal(baseUrl(url, version), base));
  }
});
