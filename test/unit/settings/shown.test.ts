import { deepEqual, equal } from 'node:assert/strict';
import { shownSpec } from '../../../src/settings/shown.js';
import { resolved } from './shipped.js';

describe('settings: a spec for people', () => {
  it('says where each setting came from, and where else it stands in vain', () => {
    const { origins } = resolved({
      flavor: { 'docker:env:WHO': 'a', 'quota:cpu_shares': '5' },
      image: { docker_env_WHO: 'b', os_command_line: 'sh' },
      metadata: { 'docker:env:WHO': 'c' },
    });
    deepEqual(shownSpec({ name: 'n', create: {}, origins, notes: [] }).settings, {
      'env:WHO':
        "docker:env:WHO in the flavor, not docker:env:WHO in the server's metadata, docker_env_WHO in the image",
      cpu_shares: 'quota:cpu_shares in the flavor',
      command: 'os_command_line in the image',
    });
  });

  it('hides what is called like a secret', () => {
    const create = { Image: 'i', Env: ['DB_PASSWORD=hunter2', 'MODE=a=b', 'API_TOKEN='] };
    const shown = shownSpec({ name: 'n', create, origins: [], notes: ['x'] });
    deepEqual(shown.create, { Image: 'i', Env: ['DB_PASSWORD=***', 'MODE=a=b', 'API_TOKEN=***'] });
    deepEqual(shown.notes, ['x']);
    equal(JSON.stringify(shown).includes('hunter2'), false);
  });
});
