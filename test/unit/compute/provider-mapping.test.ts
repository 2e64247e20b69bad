import assert from 'node:assert/strict';
import { providerMapping } from '../../../src/compute/provider-mapping.js';
import { create } from '../../../src/objects/index.js';

describe('the scheduler says who gives ports what they ask for', () => {
  const spec = (requested_resources: ReturnType<typeof group>[] | null) => ({
    request_spec: create('RequestSpec', { requested_resources }),
  });
  const group = (requester_id: string | null, provider_uuids: readonly string[]) =>
    create('RequestGroup', { requester_id, provider_uuids });

  it('by port or group', () => {
    const args = spec([group('port', ['bridge']), group('other', ['switch']), group(null, ['x'])]);
    assert.deepEqual(
      providerMapping(args),
      new Map([
        ['port', ['bridge']],
        ['other', ['switch']],
      ]),
    );
  });

  for (const [what, args] of [
    ['asks for nothing', spec(null)],
    ['comes without a request spec', { request_spec: null }],
    ['has one of before these were known', { request_spec: create('RequestSpec', {}) }],
  ] as const) {
    it(`and of nobody when it ${what}`, () => assert.equal(providerMapping(args).size, 0));
  }
});
