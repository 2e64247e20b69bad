import assert from 'node:assert/strict';
import type { RequestContext } from '../../../src/observe/context.js';
import { imageUrls, type GlancePlace } from '../../../src/notify/image-url.js';
import { CONTEXT } from './harness.js';

const NOWHERE: GlancePlace = {
  apiServers: [],
  endpointOverride: null,
  regionName: null,
  validInterfaces: ['internal', 'public'],
};
const WITH_CATALOG: RequestContext = {
  ...CONTEXT,
  serviceCatalog: [
    { type: 'network', name: 'neutron', endpoints: [{ region: 'one', internalURL: 'http://net' }] },
    {
      type: 'image',
      name: 'glance',
      endpoints: [
        { region: 'one', publicURL: 'http://public1', internalURL: 'http://internal1', adminURL: 'http://admin1' },
        { region: 'two', publicURL: 'http://public2/v2', internalURL: null },
      ],
    },
  ],
};

const CASES: readonly (readonly [string, Partial<GlancePlace>, RequestContext, string | null])[] = [
  ['the first server named', { apiServers: ['http://a', 'http://b'] }, WITH_CATALOG, 'http://a/images/i1'],
  ['the endpoint named', { endpointOverride: 'http://c/' }, WITH_CATALOG, 'http://c//images/i1'],
  ['the preferred interface', {}, WITH_CATALOG, 'http://internal1/images/i1'],
  ['the other interface', { validInterfaces: ['publicURL'] }, WITH_CATALOG, 'http://public1/images/i1'],
  ['the region', { regionName: 'two' }, WITH_CATALOG, 'http://public2//images/i1'],
  ['no such region', { regionName: 'three' }, WITH_CATALOG, 'i1'],
  ['no catalog', {}, CONTEXT, 'i1'],
];

describe('image url', () => {
  for (const [what, place, context, expected] of CASES) {
    it(what, () => assert.equal(imageUrls({ ...NOWHERE, ...place })('i1', context), expected));
  }

  it('of an instance without image', () => {
    assert.equal(imageUrls(NOWHERE)(null, CONTEXT), null);
    assert.equal(imageUrls(NOWHERE)('', WITH_CATALOG), 'http://internal1/images/');
  });
});
