import assert from 'node:assert/strict';
import { create, hydrate } from '../../../src/objects/index.js';
import { tellableArgs } from '../../../src/notify/arguments.js';
import { readTour } from '../../wire/reader.js';

describe('arguments of a failed request', () => {
  it('are told as far as they are known to be harmless', () => {
    const told = tellableArgs({
      reboot_type: 'HARD',
      tail_length: null,
      security_groups: ['default'],
      new_pass: 'a secret',
      rescue_password: 'a secret',
      admin_password: 'a secret',
      injected_files: [['/root/.ssh/authorized_keys', 'a secret']],
      filter_properties: { cell: { transport_url: 'rabbit://u:a secret@h' } },
      something_new: 'a secret',
      image: { properties: { x: 'a secret' } },
      node: { unexpected: 'a secret' },
      nothing: undefined,
    });
    assert.deepEqual(told, {
      reboot_type: 'HARD',
      tail_length: null,
      security_groups: ['default'],
      injected_files: '***',
      filter_properties: '***',
      something_new: '***',
      image: '***',
      node: '***',
      nothing: null,
    });
  });

  it('name the fields of objects that hold no secret, with times as upstream writes them', () => {
    const instance = create('Instance', {
      uuid: 'i1',
      user_data: 'a secret',
      key_data: 'a key',
      system_metadata: { password_0: 'a secret' },
      created_at: new Date('2026-11-22T18:00:00Z'),
      vm_state: null,
    });
    const told = tellableArgs({ instance, bdm: create('BlockDeviceMapping', { id: 1, connection_info: 'a secret' }) });
    assert.deepEqual(told, {
      instance: { uuid: 'i1', created_at: '2026-11-22T18:00:00.000000', vm_state: null },
      bdm: { id: 1 },
    });
  });

  it('name only the id of an object that is not in the table', () => {
    const spec = create('RequestSpec', { id: 7, instance_uuid: 'i1', project_id: 'p1' });
    assert.deepEqual(tellableArgs({ request_spec: spec, events: [spec] }), {
      request_spec: { id: 7 },
      events: [{ id: 7 }],
    });
  });

  for (const release of ['zed', 'epoxy'] as const) {
    it(`give away no token, password, user data or cell of any request of the ${release} recording`, () => {
      let requests = 0;
      for (const { message } of readTour(release)) {
        if (typeof message['method'] !== 'string' || typeof message['args'] !== 'object') continue;
        requests += 1;
        const text = JSON.stringify(tellableArgs(hydrate(message['args']) as Record<string, unknown>));
        assert.doesNotMatch(text, /<token>|<password>|transport_url|database_connection|system_metadata|user_data/);
        for (const [name, value] of Object.entries(message['args'] as object)) {
          if (/pass/.test(name) && typeof value === 'string' && value.length > 3)
            assert.ok(!text.includes(value), name);
        }
      }
      assert.ok(requests > 500);
    });
  }
});
