import assert from 'node:assert/strict';
import fc from 'fast-check';
import { novaNameOf } from '../../../../src/errors/kinds.js';
import { fitGroups } from '../../../../src/network/shares/fit.js';
import { profileWith, profileWithHeld } from '../../../../src/network/shares/profile.js';
import { minus, plus, shareOf } from '../../../../src/network/shares/share.js';
import type { Share } from '../../../../src/openstack/shares.js';
import { BANDWIDTH, BRIDGE, GROUPS, NODE, ONE_GROUP, PACKETS, PORT, port, SWITCH, TRAITS } from './ports.js';

const NOBODY_KNOWN: ReadonlyMap<string, readonly string[]> = new Map();
const MAPPING = new Map([
  [BANDWIDTH, [BRIDGE]],
  [PACKETS, [SWITCH]],
  [PORT, [BRIDGE]],
]);

describe('ports that are guaranteed something', () => {
  describe('tell Neutron who guarantees it', () => {
    for (const [what, request, allocation] of [
      ['one group, known by the port', ONE_GROUP, BRIDGE],
      ['groups of their own', GROUPS, { [BANDWIDTH]: BRIDGE, [PACKETS]: SWITCH }],
    ] as const) {
      it(`with ${what}; the rest of the profile stays`, () => {
        const profile = profileWith(port(request, { capabilities: ['x'], allocation: 'old' }), MAPPING);
        assert.deepEqual(profile, { capabilities: ['x'], allocation });
      });
    }

    for (const nothing of [null, {}, { request_groups: [] }]) {
      it(`and nothing where they ask for nothing: ${JSON.stringify(nothing)}`, () => {
        assert.deepEqual(profileWith(port(nothing, { capabilities: ['x'] }), NOBODY_KNOWN), { capabilities: ['x'] });
      });
    }

    it('and are refused when nobody says so', () => {
      for (const known of [NOBODY_KNOWN, new Map([[BANDWIDTH, [BRIDGE]]])]) {
        assert.throws(
          () => profileWith(port(GROUPS), known),
          (error: Error) => {
            const text =
              `Port update failed for port ${PORT}: Provider mappings are not available to the compute service but are ` +
              'required for ports with a resource request.';
            assert.deepEqual([novaNameOf(error), error.message], ['PortUpdateFailed', text]);
            return true;
          },
        );
      }
    });

    it('but no provider of a host that they have left', () => {
      const profile = { allocation: { [BANDWIDTH]: 'elsewhere' }, capabilities: ['x'] };
      assert.deepEqual(profileWithHeld(port(GROUPS, profile), NOBODY_KNOWN), { capabilities: ['x'] });
      assert.deepEqual(profileWithHeld(port(GROUPS, profile), MAPPING), profileWith(port(GROUPS, profile), MAPPING));
    });
  });

  describe('hold', () => {
    it('what they ask for, of the providers that they are bound with', () => {
      const held = new Map([[BRIDGE, ONE_GROUP.resources]]);
      assert.deepEqual(shareOf(port(ONE_GROUP, { allocation: BRIDGE })), held);
    });

    it('each group of its own provider; what came to a bound port later is not held', () => {
      const [bandwidth] = GROUPS.request_groups;
      assert.deepEqual(
        shareOf(port(GROUPS, { allocation: { [BANDWIDTH]: BRIDGE } })),
        new Map([[BRIDGE, bandwidth?.resources]]),
      );
      assert.deepEqual(shareOf(port(GROUPS)), new Map());
      assert.deepEqual(shareOf(port(ONE_GROUP)), new Map());
    });

    it('the sum, where one provider gives two groups', () => {
      const allocation = { [BANDWIDTH]: NODE, [PACKETS]: NODE };
      const sum = { NET_BW_IGR_KILOBIT_PER_SEC: 1000, NET_PACKET_RATE_KILOPACKET_PER_SEC: 100 };
      assert.deepEqual(shareOf(port(GROUPS, { allocation })), new Map([[NODE, sum]]));
    });
  });

  describe('are found in what their server holds', () => {
    const { groups } = port(GROUPS).resourceRequest ?? assert.fail();
    const held: Share = new Map<string, Record<string, number>>([
      [NODE, { VCPU: 1, MEMORY_MB: 512 }],
      [SWITCH, { NET_PACKET_RATE_KILOPACKET_PER_SEC: 100 }],
      [BRIDGE, { NET_BW_IGR_KILOBIT_PER_SEC: 1000 }],
    ]);

    it('by resources and traits', () => {
      assert.deepEqual(
        fitGroups(groups, held, TRAITS),
        new Map([
          [BANDWIDTH, [BRIDGE]],
          [PACKETS, [SWITCH]],
        ]),
      );
    });

    it('as far as there is anything', () => {
      const without = new Map([...held].filter(([provider]) => provider !== SWITCH));
      assert.deepEqual(fitGroups(groups, without, TRAITS), new Map([[BANDWIDTH, [BRIDGE]]]));
      assert.deepEqual(fitGroups(groups, held, new Map()), new Map());
    });

    it('each only once: the choice of the first leaves room for the next', () => {
      const wish = (id: string, amount: number) => ({ id, resources: { X: amount }, required: [] });
      const two: Share = new Map([
        ['large', { X: 5 }],
        ['small', { X: 2 }],
      ]);
      assert.deepEqual(
        fitGroups([wish('a', 2), wish('b', 5)], two, new Map()),
        new Map([
          ['a', ['small']],
          ['b', ['large']],
        ]),
      );
      assert.equal(fitGroups([wish('a', 5), wish('b', 5)], two, new Map()).size, 1);
    });
  });

  const resources = fc.dictionary(fc.constantFrom('X', 'Y'), fc.integer({ min: 1, max: 9 }), { minKeys: 1 });
  const share = fc.dictionary(fc.constantFrom('p', 'q'), resources).map((one): Share => new Map(Object.entries(one)));

  it('take away what they brought, and a second time nothing', () => {
    fc.assert(
      fc.property(share, share, (others, mine) => {
        const once = minus(plus(others, mine), mine, others);
        assert.deepEqual(sorted(once), sorted(others));
        assert.equal(minus(once, mine, others), once);
      }),
    );
  });
});

function sorted(share: Share): unknown {
  return [...share]
    .map(([provider, resources]) => [provider, Object.entries(resources).toSorted()] as const)
    .toSorted(([a], [b]) => a.localeCompare(b));
}
