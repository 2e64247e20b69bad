import assert from 'node:assert/strict';
import type { InstanceNotification } from '../../../src/compute/ports/notifications.js';
import { create } from '../../../src/objects/index.js';
import { CONTEXT, conductorWith, dataOf, harness, instanceWith, pauseOf, whole, type Json } from './harness.js';

describe('what the notifier tells', () => {
  it('tells of the instance as it was when asked, whatever the verb does next', async () => {
    const h = harness();
    const instance = whole();
    await h.notifier.instance(pauseOf(instance));
    instance.set('vm_state', 'paused');
    await h.finish();
    assert.deepEqual(
      h.sent.map((one) => dataOf(one)['state']),
      ['active', 'active'],
    );
    assert.ok(instance.changes().includes('vm_state'));
  });

  it('looks up what the instance lacks, once for all notifications of a request', async () => {
    const asked: (readonly string[])[] = [];
    const loaded = whole({ metadata: { a: 'b' } });
    const h = harness(
      {},
      {
        conductorFor: conductorWith({
          instance: (uuid, fields) => {
            assert.equal(uuid, 'i1');
            asked.push(fields);
            return Promise.resolve(loaded);
          },
          blockDevices: () => Promise.reject(new Error('not asked for')),
        }),
      },
    );
    const instance = instanceWith({ system_metadata: { image_x: 'y' } });
    await h.notifier.instance(pauseOf(instance));
    await h.notifier.instance({ ...pauseOf(instance), phase: 'end' });
    await h.finish();
    assert.deepEqual(asked, [['flavor', 'metadata'], ['info_cache']]);
    assert.equal(h.sent.length, 4);
    assert.equal(dataOf(h.sent[0])['instance_type'], 'c1.tiny');
    assert.deepEqual(dataOf(h.sent[0])['image_meta'], { x: 'y' });
    assert.deepEqual(dataOf(h.sent[3])['metadata'], { a: 'b' });
    assert.deepEqual(instance.has('flavor'), false);
  });

  it('asks for block devices only if the operator wants them and nobody has them', async () => {
    const volume = create('BlockDeviceMapping', { volume_id: 'v1', device_name: '/dev/vdb', boot_index: null });
    const disk = create('BlockDeviceMapping', { volume_id: null, device_name: '/dev/vda' });
    const conductorFor = conductorWith({
      instance: () => Promise.reject(new Error('all is there')),
      blockDevices: () => Promise.resolve([disk, volume]),
    });
    const told = async (withBlockDevices: boolean, given?: InstanceNotification['blockDevices']): Promise<unknown> => {
      const h = harness({ withBlockDevices, format: 'versioned' }, { conductorFor });
      await h.notifier.instance({ ...pauseOf(whole()), ...(given && { blockDevices: given }) });
      await h.finish();
      const devices = dataOf(h.sent[0])['block_devices'] as Json[] | null;
      return devices?.map((device) => (device['nova_object.data'] as Json)['volume_id']) ?? null;
    };
    assert.equal(await told(false), null);
    assert.deepEqual(await told(true), ['v1']);
    assert.deepEqual(await told(true, []), []);
    assert.deepEqual(await told(false, [volume]), ['v1']);
  });

  it('carries neither token nor catalog, and no secret in metadata or extras', async () => {
    const context = {
      ...CONTEXT,
      serviceCatalog: [{ type: 'image', name: 'g', endpoints: [{ internalURL: 'http://g' }] }],
    };
    const h = harness({ drivers: ['messagingv2', 'log'] });
    const instance = whole({ metadata: { note: `my token is ${context.authToken}`, db_password: 'hunter2' } });
    await h.notifier.instance({
      ...pauseOf(instance),
      context,
      extra: { image_name: `x-${context.authToken}` },
    });
    await h.notifier.exception(context, 'm', new Error(`bad token ${context.authToken}`), {
      instance,
      new_pass: 'hunter2',
    });
    await h.finish();
    const everything = JSON.stringify([h.sent, h.lines]);
    assert.equal(h.sent.length, 4);
    assert.ok(!everything.includes(context.authToken ?? ''));
    assert.ok(!everything.includes('hunter2'));
    for (const { message } of h.sent) {
      assert.equal(message['_context_auth_token'], null);
      assert.deepEqual(message['_context_service_catalog'], []);
      assert.equal(message['_context_remote_address'], null);
      assert.equal(message['_context_request_id'], context.requestId);
    }
    assert.equal(dataOf(h.sent[0])['image_ref_url'], 'http://g/images/image1');
  });

  it('tells of no request that nobody made', async () => {
    const h = harness({ format: 'versioned' });
    await h.notifier.instance({ ...pauseOf(whole()), context: { ...CONTEXT, userId: null, projectId: null } });
    await h.finish();
    assert.equal(dataOf(h.sent[0])['request_id'], null);
  });

  it('exists of the audited period, with the image of before a rebuild and what else the verb knows', async () => {
    const h = harness({ format: 'both' });
    const instance = whole({ system_metadata: { image_os: 'new' } });
    await h.notifier.usage({
      context: CONTEXT,
      instance,
      period: 'previous',
      systemMetadata: { image_os: 'old' },
      extra: { image_ref_url: 'http://old' },
    });
    await h.finish();
    const legacy = dataOf(h.sent[0]);
    assert.deepEqual(legacy['image_meta'], { os: 'old' });
    assert.equal(legacy['image_ref_url'], 'http://old');
    assert.equal(legacy['audit_period_beginning'], '2026-10-01 00:00:00');
    assert.equal(legacy['audit_period_ending'], '2026-11-01 00:00:00');
    const period = (dataOf(h.sent[1])['audit_period'] as Json)['nova_object.data'];
    assert.deepEqual(period, {
      audit_period_beginning: '2026-10-01T00:00:00Z',
      audit_period_ending: '2026-11-01T00:00:00Z',
    });
  });

  it('create: keys, tags, certificates and the name of the guest', async () => {
    const pair = create('KeyPair', {
      id: 1,
      user_id: 'u1',
      name: 'k',
      public_key: 'ssh-ed25519 x',
      fingerprint: 'aa',
      type: 'ssh',
    });
    const instance = whole({
      keypairs: create('KeyPairList', { objects: [pair] }),
      tags: create('TagList', { objects: [create('Tag', { resource_id: 'i1', tag: 'blue' })] }),
      trusted_certs: create('TrustedCerts', { ids: ['c1'] }),
    });
    const h = harness({ format: 'versioned' });
    await h.notifier.instance({ context: CONTEXT, instance, action: 'create', phase: 'start' });
    await h.finish();
    const data = dataOf(h.sent[0]);
    assert.deepEqual(data['tags'], ['blue']);
    assert.deepEqual(data['trusted_image_certificates'], ['c1']);
    assert.equal(data['instance_name'], 'instance-000000ff');
    const [told] = data['keypairs'] as Json[];
    assert.deepEqual(told?.['nova_object.data'], {
      user_id: 'u1',
      name: 'k',
      public_key: 'ssh-ed25519 x',
      fingerprint: 'aa',
      type: 'ssh',
    });
    assert.ok(!JSON.stringify(h.sent).includes('nova_object.changes'));
  });
});
