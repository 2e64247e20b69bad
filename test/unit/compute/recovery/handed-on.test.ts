import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { initHost } from '../../../../src/compute/recovery/init-host.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest } from '../parts.js';

/** What the start of the service writes to the row of a server that is in a live migration, without a request of it here. */
async function start(status: string): Promise<readonly object[]> {
  const { parts, conductor, saved } = fakeParts();
  conductor.instances.onHost.resolves([makeInstance({ task_state: 'migrating' })]);
  conductor.migrations.underWay.resolves([create('Migration', { id: 7, status })]);
  const { context } = makeRequest('init', {});
  const { signal } = new AbortController();
  await initHost({ parts, handlers: createHandlers(parts), context, resumed: new Set(), signal });
  return saved.map(({ fields }) => fields);
}

describe('compute/recovery: a server in a live migration when the service starts', () => {
  it('is left to the host that goes on with it', async () => {
    assert.deepEqual(await start('post-migrating'), []);
  });

  it('is not left in it when nobody goes on with it', async () => {
    assert.deepEqual(await start('preparing'), [{ task_state: null }]);
  });
});
