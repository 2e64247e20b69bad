import assert from 'node:assert/strict';
import { applyUpdates, create, hydrate } from '../../../src/objects/index.js';

describe('the answer of object_action', () => {
  it('brings values, also of fields that were not loaded, and what is still changed', () => {
    const instance = create('Instance', { uuid: 'u', vm_state: 'active' });
    applyUpdates(instance, { updated_at: '2024-01-02T03:04:05Z', obj_what_changed: ['ec2_ids'] });
    assert.deepEqual(instance.get('updated_at'), new Date('2024-01-02T03:04:05Z'));
    assert.deepEqual(instance.changes(), ['ec2_ids']);
  });

  it('takes objects in JSON, hydrated, and hydrated in lists', () => {
    const spec = create('HVSpec', { arch: 'x86_64' });
    const flavor = create('Flavor', { id: 1 });
    for (const through of [structuredClone, hydrate]) {
      const node = create('ComputeNode', {});
      applyUpdates(node, through({ supported_hv_specs: [spec.toPrimitive()], obj_what_changed: [] }));
      assert.equal(node.get('supported_hv_specs')[0]?.get('arch'), 'x86_64');
      const instance = create('Instance', {});
      applyUpdates(instance, through({ flavor: flavor.toPrimitive() }));
      assert.equal(instance.get('flavor').get('id'), 1);
    }
  });

  it('keeps changes that were made after the call went out', () => {
    const instance = create('Instance', { uuid: 'u', host: 'a', task_state: 'spawning' });
    const sent = instance.changes();
    instance.set('progress', 50);
    applyUpdates(instance, { obj_what_changed: [] }, sent);
    assert.deepEqual(instance.changes(), ['progress']);
  });

  it('has to be a map', () => {
    assert.throws(() => applyUpdates(create('Instance', {}), null), /Instance/);
  });
});
