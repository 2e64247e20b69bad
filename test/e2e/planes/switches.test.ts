import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../../../tools/plane/machine/command.js';
import { CHECKOUT } from '../../../tools/plane/plane.js';
import { loadPlane } from '../../../tools/plane/store.js';
import { tracesOf } from '../../../tools/plane/take-down.js';

const tool = join(CHECKOUT, 'tools/openstack');
const mocha = join(CHECKOUT, 'node_modules/.bin/mocha');
/** What they hold on every plane: who reaches whom, and the first instruction after every restart. */
const TESTS = ['reach', 'restarts'].map((name) => join(CHECKOUT, `test/e2e/network/${name}.test.ts`));

/**
 * Neutron's other ways to wire a port, each with the agent and the firewall that belong to it. Each takes a plane of its own
 * and four or five minutes, so they run where they are asked for:
 * NCD_SWITCHES=linuxbridge,openvswitch-hybrid tools/test e2e test/e2e/planes/switches.test.ts
 */
const kinds = (process.env['NCD_SWITCHES'] ?? '').split(',').filter((kind) => kind !== '');

for (const kind of kinds) {
  const name = `on-${kind}`;

  describe(`servers on Neutron networks with --switch ${kind}`, () => {
    before(() => run([tool, 'up', '--name', name, '--switch', kind]));
    after(async () => {
      const plane = loadPlane(name);
      await run([tool, 'down', '--name', name]);
      if (plane !== null) assert.deepEqual(tracesOf(plane), []);
    });

    it('reach whom they may, from the first instruction on, after every restart', async function () {
      this.timeout(1_200_000);
      const tests = ['env', `NCD_PLANE=${name}`, mocha, '--timeout', '600000', ...TESTS];
      const { stdout } = await run([tool, 'exec', '--name', name, '--', ...tests]);
      assert.match(stdout, /\d+ passing/);
      assert.doesNotMatch(stdout, /\d+ (failing|pending)/);
    });
  });
}
