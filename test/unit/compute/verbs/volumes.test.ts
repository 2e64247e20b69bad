import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import type { ContainerPlan } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type BlockDeviceMapping } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

function ask(fake: Fake, method: string, args: Record<string, unknown>): Promise<unknown> {
  const request = makeRequest(method, { instance: makeInstance(), ...args }, { isCall: method.startsWith('reserve') });
  return createHandlers(fake.parts).get(method)?.(request) ?? Promise.resolve();
}

const VOLUME = create('BlockDeviceMapping', {
  ...{ id: 3, source_type: 'volume', destination_type: 'volume', volume_id: 'volume-1', attachment_id: 'attachment-1' },
});
const ROOT = create('BlockDeviceMapping', { id: 2, source_type: 'image', destination_type: 'local', volume_id: null });

const listOf = (...objects: readonly BlockDeviceMapping[]) => create('BlockDeviceMappingList', { objects });
const released = (fake: Fake): readonly unknown[] => fake.volumes.release.args.map(([id]: unknown[]) => id);

describe('compute/verbs: volumes, while there is nothing that could attach one', () => {
  it('are refused with what nova-api shows its user, before it has written anything down', async () => {
    const fake = fakeParts();
    await assert.rejects(ask(fake, 'reserve_block_device_name', { device: null, volume_id: 'v' }), (error) => {
      const { nova } = error as { nova: { name: string; code: number; kwargs: { reason: string } } };
      assert.deepEqual([nova.name, nova.code], ['InvalidVolume', 400]);
      assert.match(nova.kwargs.reason, /attaches no volumes/);
      return true;
    });
    assert.deepEqual([fake.conductor.events.start.callCount, fake.conductor.blockDevices.destroy.callCount], [0, 0]);
  });

  it('that were reserved elsewhere leave neither an attachment nor a row that says they are attached', async () => {
    const fake = fakeParts();
    await assert.rejects(ask(fake, 'attach_volume', { bdm: VOLUME }), /attaches no volumes/);
    assert.deepEqual(released(fake), ['attachment-1']);
    assert.deepEqual(fake.conductor.blockDevices.destroy.args, [[VOLUME]]);
    assert.equal(fake.conductor.createFault.callCount, 1);
  });

  it('that cannot be given back now leave no row all the same, and are when Cinder is there again', async () => {
    const fake = fakeParts();
    fake.volumes.release.onCall(0).rejects(new ServiceError('Unavailable', 'Cinder is away'));
    await assert.rejects(ask(fake, 'attach_volume', { bdm: VOLUME }), /attaches no volumes/);
    assert.equal(fake.conductor.blockDevices.destroy.callCount, 1);
    assert.deepEqual(released(fake), ['attachment-1', 'attachment-1']);
  });

  for (const method of ['detach_volume', 'swap_volume', 'extend_volume']) {
    it(`${method} is refused, and the server stays as it is`, async () => {
      const fake = fakeParts();
      await assert.rejects(ask(fake, method, { volume_id: 'v' }), { kind: 'Unsupported' });
      assert.deepEqual(fake.saved, []);
    });
  }

  it('of a new server: it is not made without them, and they are free again', async () => {
    const fake = fakeParts();
    const instance = makeInstance({ host: null, node: null, vm_state: 'building', task_state: 'scheduling' });
    const args = { image: { id: 'image-1' }, filter_properties: { retry: {} }, host_list: [['elsewhere']] };
    const building = ask(fake, 'build_and_run_instance', {
      ...args,
      instance,
      block_device_mapping: listOf(ROOT, VOLUME),
    });
    await assert.rejects(building, /attaches no volumes/);
    assert.deepEqual([fake.images.ensure.callCount, fake.containers.create.callCount], [0, 0]);
    assert.deepEqual(released(fake), ['attachment-1']);
    const { vm_state: vmState, task_state: task, host } = fake.saved.at(-1)?.fields ?? {};
    assert.deepEqual([vmState, task, host], ['error', null, null]);
    assert.match((fake.conductor.createFault.args[0]?.[0] as { message: string }).message, /without block devices/);
  });

  it('a new server with an image and nothing else has none', async () => {
    const fake = fakeParts();
    const instance = makeInstance({ host: null, node: null, vm_state: 'building', task_state: 'scheduling' });
    const args = { image: { id: 'image-1' }, filter_properties: {}, block_device_mapping: listOf(ROOT) };
    await ask(fake, 'build_and_run_instance', { ...args, instance });
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
    assert.deepEqual(released(fake), []);
  });

  it('has as many ephemeral disks as were asked for', async () => {
    const fake = fakeParts();
    const row = { host: null, node: null, vm_state: 'building', task_state: 'scheduling' } as const;
    const instance = makeInstance(row);
    instance.get('flavor').set('ephemeral_gb', 2);
    const disk = create('BlockDeviceMapping', { source_type: 'blank', destination_type: 'local', guest_format: null });
    const args = { image: { id: 'image-1' }, filter_properties: {}, block_device_mapping: listOf(ROOT, disk, disk) };
    await ask(fake, 'build_and_run_instance', { ...args, instance });
    const { ephemeralDisks } = fake.containers.create.args[0]?.[0] as ContainerPlan;
    assert.deepEqual(ephemeralDisks, ['blank', 'blank']);
    assert.equal(fake.conductor.blockDevices.ofInstance.callCount, 0);
  });

  it('of a server that is deleted are given back; what the service deletes of itself, too', async () => {
    const fake = fakeParts();
    await ask(fake, 'terminate_instance', { bdms: listOf(ROOT, VOLUME) });
    assert.deepEqual([released(fake), fake.conductor.blockDevices.ofInstance.callCount], [['attachment-1'], 0]);

    fake.conductor.blockDevices.ofInstance.withArgs(UUID).resolves([ROOT, VOLUME]);
    await ask(fake, 'terminate_instance', {});
    assert.deepEqual(released(fake), ['attachment-1', 'attachment-1']);
  });

  it('do not keep a server from being deleted', async () => {
    const fake = fakeParts();
    fake.volumes.release.rejects(new ServiceError('Forbidden', 'no'));
    await ask(fake, 'terminate_instance', { bdms: listOf(VOLUME) });
    assert.equal(fake.conductor.instances.destroy.callCount, 1);
  });

  it('attached while it was on no host: the server stays shelved, and they stay its own', async () => {
    const fake = fakeParts();
    fake.conductor.blockDevices.ofInstance.resolves([ROOT, VOLUME]);
    const instance = makeInstance({ host: null, node: null, vm_state: 'shelved_offloaded', task_state: 'unshelving' });
    await assert.rejects(ask(fake, 'unshelve_instance', { instance, image: { id: 'image-1' } }), /attaches no volumes/);
    assert.deepEqual([released(fake), fake.containers.create.callCount], [[], 0]);
    assert.ok(fake.saved.some(({ fields }) => fields['host'] === null && fields['task_state'] === null));
  });
});
