import { GLANCE_SCENARIOS } from '../../scenario/openstack/glance.js';
import { PLACEMENT_SCENARIOS } from '../../scenario/openstack/placement.js';
import { realCloud } from '../../scenario/openstack/real.js';
import { makeStage } from '../../scenario/openstack/stage.js';

/** The same scenarios as test/unit/openstack/recorded.test.ts. */
describe('openstack clients with real services', () => {
  for (const scenario of [...PLACEMENT_SCENARIOS, ...GLANCE_SCENARIOS]) {
    it(scenario.name, async () => {
      const stage = makeStage(await realCloud());
      try {
        await scenario.run(stage);
      } finally {
        stage.close();
      }
    });
  }
});
