import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, HOST, makeInstance, makeRequest, UUID } from '../parts.js';

describe('compute/verbs/power: stop', () => {
  it("gives the time that the flavor sets, also when nova-api's message has no flavor", async () => {
    const fake = fakeParts();
    const fields = { vm_state: 'active', task_state: 'powering-off' };
    const sent = create('Instance', { id: 42, uuid: UUID, host: HOST, node: HOST, ...fields });
    sent.resetChanges();
    const whole = makeInstance(fields);
    whole.get('flavor').set('extra_specs', { 'docker:stop_timeout': '7' });
    fake.conductor.instances.get.resolves(whole);
    await createHandlers(fake.parts).get('stop_instance')?.(
      makeRequest('stop_instance', { instance: sent, clean_shutdown: true }),
    );
    assert.deepEqual(fake.containers.stop.args, [[{ instanceUuid: UUID, role: 'main' }, { timeoutMs: 7000 }]]);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'stopped');
  });
});
