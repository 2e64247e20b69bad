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

/** Neutron's other ways to wire a port, each with the agent and the firewall that belong to it. */
for (const kind of ['linuxbridge', 'openvswitch-hybrid'] as const) {
  const name = `on-${kind}`;

  describe(`servers on Neutron networks with --switch ${kind}`, function () {
    this.timeout(900_000);

    before(() => run([tool, 'up', '--name', name, '--switch', kind]));
    after(async () => {
      const plane = loadPlane(name);
      await run([tool, 'down', '--name', name]);
      if (plane !== null) assert.deepEqual(tracesOf(plane), []);
    });

    it('reach whom they may, from the first instruction on, after every restart', async () => {
      const tests = ['env', `NCD_PLANE=${name}`, mocha, '--timeout', '180000', ...TESTS];
      const { stdout } = await run([tool, 'exec', '--name', name, '--', ...tests]);
      assert.match(stdout, /\d+ passing/);
      assert.doesNotMatch(stdout, /\d+ (failing|pending)/);
    });
  });
}
