import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RECORDED_IMAGES, REPLAY_TOKENS, startReplay, type Exchange } from '../../double/recording.js';
import { GLANCE_SCENARIOS } from '../../scenario/openstack/glance.js';
import { PLACEMENT_SCENARIOS } from '../../scenario/openstack/placement.js';
import { makeStage } from '../../scenario/openstack/stage.js';

const FOLDER = path.join(import.meta.dirname, '../../recordings/openstack');

/** The same scenarios that test/e2e/openstack plays with real services, with what those answered (tools/record). */
describe('openstack clients with recorded answers', () => {
  for (const release of ['zed']) {
    for (const scenario of [...PLACEMENT_SCENARIOS, ...GLANCE_SCENARIOS]) {
      it(`${release}: ${scenario.name}`, async () => {
        const file = path.join(FOLDER, release, `${scenario.name.replaceAll(' ', '-')}.json`);
        const replay = await startReplay(JSON.parse(readFileSync(file, 'utf8')) as Exchange[]);
        const stage = makeStage({
          keystoneUrl: replay.urls.keystone,
          placementUrl: replay.urls.placement,
          glanceUrl: replay.urls.glance,
          password: 'any',
          userToken: REPLAY_TOKENS.user,
          others: () => Promise.resolve(),
          imagePrefix: RECORDED_IMAGES,
          now: () => replay.at,
        });
        try {
          await scenario.run(stage);
          replay.verify();
        } finally {
          stage.close();
          await replay.close();
        }
      });
    }
  }
});
