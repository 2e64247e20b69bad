import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { judgeEvacuated, type EvacuatedVerdict } from '../../../../src/compute/recovery/evacuated.js';
import { initHost } from '../../../../src/compute/recovery/init-host.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type FieldsOf, type Migration } from '../../../../src/objects/index.js';
import { containerState, fakeParts, HOST, makeInstance, makeRequest, PROVIDER, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

const OTHER = 'host-2';

/** This host comes back; a container of the server stands on it. */
function lab(status: string, row: Partial<FieldsOf<'Instance'>>): { fake: Fake; record: Migration } {
  const fake = fakeParts();
  const record = create('Migration', { id: 7, instance_uuid: UUID, source_compute: HOST, status });
  record.resetChanges();
  fake.conductor.migrations.evacuatedFrom.resolves([record]);
  const instance = makeInstance(row);
  fake.conductor.instances.find.resolves([instance]);
  fake.conductor.instances.onHost.resolves(instance.get('host') === HOST ? [instance] : []);
  fake.containers.states.resolves([containerState(POWER_STATE.RUNNING)]);
  fake.networks.held.resolves([UUID]);
  return { fake, record };
}

async function start({ parts }: Fake): Promise<void> {
  const { context, signal } = makeRequest('init_host', {});
  await initHost({ parts, handlers: createHandlers(parts), context, resumed: new Set(), signal });
}

function assertRemoved(fake: Fake): void {
  const main = { instanceUuid: UUID, role: 'main' };
  assert.deepEqual(fake.containers.remove.args.at(-1), [main]);
  assert.deepEqual([fake.networks.unplug.args, fake.folders.remove.args], [[[UUID]], [[UUID]]]);
  assert.deepEqual(fake.allocations.removeFrom.args, [[UUID, PROVIDER]]);
  assert.equal(fake.networks.deallocate.callCount, 0);
}

describe('compute/recovery/evacuated', () => {
  const table: [string, { host: string; isResizing: boolean } | undefined, EvacuatedVerdict][] = [
    ['done', { host: OTHER, isResizing: false }, 'remove'],
    ['done', { host: HOST, isResizing: false }, 'keep'],
    ['done', { host: OTHER, isResizing: true }, 'keep'],
    ['pre-migrating', { host: HOST, isResizing: false }, 'remove'],
    ['accepted', { host: HOST, isResizing: false }, 'remove'],
    ['done', undefined, 'ignore'],
  ];
  for (const [status, row, verdict] of table) {
    it(`${status}, the server ${JSON.stringify(row) ?? 'deleted'}: ${verdict}`, () => {
      assert.equal(judgeEvacuated(status, row, HOST), verdict);
    });
  }

  it('removes what stands here and its allocation, and says so last', async () => {
    const { fake, record } = lab('done', { host: OTHER });
    await start(fake);
    assertRemoved(fake);
    assert.equal(record.get('status'), 'completed');
    assert.ok(fake.conductor.migrations.save.calledAfter(fake.allocations.removeFrom));
    assert.deepEqual(fake.saved, []);
  });

  it('leaves the row of one that is on its way to the host that it goes to', async () => {
    const { fake } = lab('pre-migrating', { task_state: 'rebuild_spawning' });
    await start(fake);
    assertRemoved(fake);
    assert.deepEqual([fake.saved, fake.conductor.createFault.callCount], [[], 0]);
  });

  it('leaves one that has come back', async () => {
    const { fake, record } = lab('done', {});
    await start(fake);
    assert.deepEqual([fake.containers.remove.callCount, fake.allocations.removeFrom.callCount], [0, 0]);
    assert.equal(record.get('status'), 'completed');
  });

  it('tries again at the next start what could not be removed', async () => {
    const { fake, record } = lab('done', { host: OTHER });
    fake.containers.remove.rejects(new ServiceError('Unavailable', 'engine away'));
    await start(fake);
    assert.deepEqual([record.get('status'), fake.allocations.removeFrom.callCount], ['done', 0]);
  });
});
