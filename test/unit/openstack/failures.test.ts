import assert from 'node:assert/strict';
import type { ErrorKind } from '../../../src/errors/kinds.js';
import { codeOf, failureOf, kindOfStatus } from '../../../src/openstack/failures.js';

function failure(body: string, secrets: readonly string[] = []) {
  return failureOf({ system: 'neutron', call: 'port.create', status: 409, body, requestId: 'req-1', secrets });
}

describe('openstack failures', () => {
  const kinds: readonly [number, ErrorKind][] = [
    [300, 'Unavailable'],
    [400, 'Invalid'],
    [401, 'Forbidden'],
    [403, 'Forbidden'],
    [404, 'NotFound'],
    [409, 'Conflict'],
    [413, 'Invalid'],
    [429, 'Unavailable'],
    [500, 'Unavailable'],
    [503, 'Unavailable'],
  ];
  for (const [status, kind] of kinds) it(`${status} is ${kind}`, () => assert.equal(kindOfStatus(status), kind));

  const bodies: readonly [string, string, string, string | undefined][] = [
    [
      'Placement',
      '{"errors": [{"status": 409, "title": "Conflict", "detail": "it changed", "code": "placement.concurrent_update"}]}',
      'it changed',
      'placement.concurrent_update',
    ],
    [
      'Neutron',
      '{"NeutronError": {"type": "IpAddressInUse", "message": "10.0.0.1 is in use", "detail": ""}}',
      '10.0.0.1 is in use',
      'IpAddressInUse',
    ],
    ['Keystone', '{"error": {"code": 401, "message": "No.", "title": "Unauthorized"}}', 'No.', undefined],
    [
      'Cinder',
      '{"itemNotFound": {"code": 404, "message": "Volume x could not be found."}}',
      'Volume x could not be found.',
      undefined,
    ],
    ['a middleware', '{"message": "Quota", "code": "413"}', 'Quota', undefined],
    ['Neutron when it is terse', '{"NeutronError": "nothing"}', 'nothing', undefined],
    [
      'WebOb',
      '<html>\n <head>\n  <title>409 Conflict</title>\n </head>\n <body>\n  <h1>409 Conflict</h1>\n  In use<br /><br />\n </body>\n</html>',
      'In use',
      undefined,
    ],
    ['plain text', 'In use', 'In use', undefined],
    ['nobody', '', 'no reason given', undefined],
    ['an empty object', '{}', '{}', undefined],
    ['a list', '[1]', '[1]', undefined],
  ];
  for (const [title, body, reason, code] of bodies) {
    it(`has the words of ${title}`, () => {
      const error = failure(body);
      assert.equal(error.message, `neutron refused port.create: ${reason} (HTTP 409, req-1)`);
      assert.equal(codeOf(error), code);
    });
  }

  it('has not more words than a log line can take, and no token among them', () => {
    const error = failure(`token abc and again abc ${'x'.repeat(1000)}`, ['abc']);
    assert.match(error.message, /token \*\*\* and again \*\*\* x/);
    assert.ok(error.message.length < 600);
  });
});
