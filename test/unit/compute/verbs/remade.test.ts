import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE, type ContainerKey, type ContainerPlan } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { create, type Flavor, type Migration } from '../../../../src/objects/index.js';
import { containerState, fakeParts, HOST, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;
type Role = ContainerKey['role'];

function flavor(id: number, extraSpecs: Record<string, string>, ephemeralGb = 0): Flavor {
  const sizes = { memory_mb: 64 * id, vcpus: 1, swap: 0, root_gb: 1, ephemeral_gb: ephemeralGb };
  return create('Flavor', { id, name: `f${id}`, flavorid: String(id), extra_specs: extraSpecs, ...sizes });
}

const PLAIN = flavor(1, {});
const ODD = flavor(2, { 'docker:shm_size': '32m', 'docker:env:A': 'of the flavor' });

function migration(status: string): Migration {
  const places = { source_compute: HOST, source_node: HOST, dest_compute: HOST, dest_node: HOST };
  return create('Migration', { id: 7, uuid: 'm', instance_uuid: UUID, status, ...places });
}

/** Parts with an engine that knows who stands where, and tells what it was asked to change, in order. */
function engineWith(...roles: readonly Role[]): { readonly fake: Fake; readonly done: string[] } {
  const fake = fakeParts();
  const standing = new Map(roles.map((role) => [role, containerState(POWER_STATE.RUNNING)]));
  const done: string[] = [];
  const note = (name: string): Promise<void> => Promise.resolve(void done.push(name));
  fake.containers.state = fake.containers.state.callsFake(({ role }) => Promise.resolve(standing.get(role)));
  for (const role of ['former', 'incoming'] as const)
    fake.containers.state.withArgs({ instanceUuid: UUID, role }).callsFake(() => Promise.resolve(standing.get(role)));
  fake.containers.making.resolves({
    image: {
      imageId: 'i',
      reference: 'r',
      defaults: { entrypoint: [], command: [], labels: {}, variables: ['NVIDIA_X'], volumes: [] },
      sizeBytes: 1,
    },
    files: [{ hostPath: '/drive', guestPath: '/config-drive', readOnly: true }],
  });
  fake.containers.create.callsFake(({ key: { role } }: ContainerPlan) => {
    standing.set(role, containerState(POWER_STATE.SHUTDOWN));
    return note(`create ${role}`);
  });
  fake.containers.rename.callsFake((from: ContainerKey, to: ContainerKey) => {
    standing.set(to.role, containerState(POWER_STATE.SHUTDOWN));
    standing.delete(from.role);
    return note(`rename ${from.role} ${to.role}`);
  });
  fake.containers.remove.callsFake(({ role }: ContainerKey) =>
    standing.delete(role) ? note(`remove ${role}`) : Promise.resolve(),
  );
  fake.containers.stop.callsFake(({ role }: ContainerKey) => note(`stop ${role}`));
  fake.containers.start.callsFake(({ role }: ContainerKey) => {
    standing.set(role, containerState(POWER_STATE.RUNNING));
    return note(`start ${role}`);
  });
  fake.disks.carry.callsFake(({ from, to }: { from: ContainerKey; to: ContainerKey }) =>
    note(`carry ${from.role} ${to.role}`),
  );
  return { fake, done };
}

async function run(
  fake: Fake,
  method: string,
  row: Record<string, unknown>,
  special: { status?: string; attempt?: number; wanted?: Flavor } = {},
): Promise<void> {
  const make = () => makeInstance({ instance_type_id: 1, flavor: PLAIN, old_flavor: null, new_flavor: null, ...row });
  const { status = 'finished', attempt = 1, wanted = ODD } = special;
  fake.conductor.instances.get.callsFake(() => Promise.resolve(make()));
  fake.conductor.migrations.get.callsFake(() => Promise.resolve(migration(status)));
  const args = { instance: make(), migration: migration(status), flavor: wanted };
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, args, { attempt }));
}

const ARRIVING = { task_state: 'resize_migrated', old_flavor: PLAIN, new_flavor: ODD };
const RESIZED = { vm_state: 'resized', flavor: ODD, old_flavor: PLAIN, new_flavor: ODD, task_state: null };
const WAS_OFF = { system_metadata: { old_vm_state: 'stopped' } };
const FORWARD = ['create incoming', 'stop main', 'carry main incoming', 'rename main former', 'rename incoming main'];

describe('compute/verbs/resize: in a new container', () => {
  it('is told of before anything is done, in the server’s actions', async () => {
    const { fake, done } = engineWith('main');
    await run(fake, 'prep_resize', { task_state: 'resize_prep' });
    const [uuid, { event, details }] = fake.conductor.events.note.args[0] as [
      string,
      { event: string; details: string },
    ];
    assert.deepEqual([uuid, event, done], [UUID, 'container_remake', []]);
    assert.match(details, /made anew, .* restarted: the flavors differ in env, shm_size/);
    assert.ok(details.length <= 255);
    assert.equal(fake.conductor.peers.cast.callCount, 1);
  });

  it('is like the old one but for the flavor, has its disk, and takes its place', async () => {
    const { fake, done } = engineWith('main');
    await run(fake, 'finish_resize', ARRIVING);
    assert.deepEqual(done, [...FORWARD, 'start main']);
    const plan = fake.containers.create.args[0]?.[0] as ContainerPlan;
    assert.deepEqual([plan.image.reference, plan.files.length, plan.contents], ['r', 1, []]);
    assert.deepEqual(plan.settings.env, { NVIDIA_X: '', A: 'of the flavor' });
    assert.equal(plan.instance.flavor.memoryMb, 128);
    assert.ok(fake.consoles.endSessions.calledAfter(fake.containers.stop));
    assert.equal(fake.containers.limit.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'resized');
  });

  it('is needed for the first ephemeral disks, not for larger ones; there are never less', async () => {
    const details = async (before: number, after: number): Promise<unknown> => {
      const { fake } = engineWith('main');
      fake.containers.usage.resolves({ memoryBytes: 0 });
      const [flavorNow, wanted] = [flavor(1, {}, before), flavor(2, {}, after)];
      await run(fake, 'prep_resize', { flavor: flavorNow, task_state: 'resize_prep' }, { wanted });
      return (fake.conductor.events.note.args[0]?.[1] as { details: string } | undefined)?.details;
    };
    assert.match(String(await details(0, 1)), /flavors differ in ephemeral disks/);
    assert.equal(await details(1, 2), undefined);
    await assert.rejects(details(2, 1), /ephemeral disks have 2 GB and flavor f2 has 1 GB: no disk is made smaller/);
    await assert.rejects(details(2, 0), /has 0 GB/);
  });

  it('has as many ephemeral disks as the server asked for', async () => {
    const { fake } = engineWith('main');
    const disk = create('BlockDeviceMapping', { source_type: 'blank', destination_type: 'local', guest_format: null });
    fake.conductor.blockDevices.ofInstance.resolves([disk, disk]);
    const after = flavor(2, { 'docker:shm_size': '32m' }, 2);
    const row = { ...ARRIVING, old_flavor: flavor(1, {}, 2), flavor: after, new_flavor: after };
    await run(fake, 'finish_resize', row);
    const plan = fake.containers.create.args[0]?.[0] as ContainerPlan;
    assert.deepEqual(plan.ephemeralDisks, ['blank', 'blank']);
  });

  it('of a stopped server stays off', async () => {
    const { fake, done } = engineWith('main');
    await run(fake, 'finish_resize', { ...ARRIVING, ...WAS_OFF });
    assert.deepEqual(done, FORWARD);
  });

  it('that cannot be made leaves the old one running all the time', async () => {
    const { fake, done } = engineWith('main');
    fake.containers.create.rejects(new ServiceError('Conflict', 'no such runtime'));
    await assert.rejects(run(fake, 'finish_resize', ARRIVING), /no such runtime/);
    assert.deepEqual(done, ['start main']);
  });

  it('that does not start gives its place back', async () => {
    const { fake, done } = engineWith('main');
    fake.containers.start.onFirstCall().rejects(new ServiceError('Invalid', 'no such command'));
    await assert.rejects(run(fake, 'finish_resize', ARRIVING), /no such command/);
    const back = ['stop main', 'rename main incoming', 'rename former main', 'start main', 'remove incoming'];
    assert.deepEqual(done, [...FORWARD, ...back]);
  });

  it('is the only one when it is confirmed', async () => {
    const { fake, done } = engineWith('main', 'former');
    await run(fake, 'confirm_resize', RESIZED);
    assert.deepEqual(done, ['remove former']);
  });

  it('goes when it is reverted, whatever is in use in it, and the old one is back', async () => {
    const { fake, done } = engineWith('main', 'former');
    await run(fake, 'revert_resize', { ...RESIZED, task_state: 'resize_reverting' });
    assert.deepEqual([fake.containers.usage.callCount, done], [0, []]);
    await run(fake, 'finish_revert_resize', { ...RESIZED, task_state: 'resize_reverting' });
    assert.deepEqual(done, [
      'stop main',
      'rename main incoming',
      'rename former main',
      'start main',
      'remove incoming',
    ]);
    assert.equal(fake.containers.limit.callCount, 1);
  });

  it('of a deleted server goes with it, and the old one too', async () => {
    const { fake, done } = engineWith('main', 'former', 'incoming');
    await run(fake, 'terminate_instance', { ...RESIZED, task_state: 'deleting' });
    assert.deepEqual(done.toSorted(), ['remove former', 'remove incoming', 'remove main']);
  });

  it('that was left aside when even the way back failed is the server again at the next start', async () => {
    const { fake, done } = engineWith('former', 'incoming');
    await run(fake, 'start_instance', { vm_state: 'stopped', task_state: 'powering-on' });
    assert.deepEqual(done, ['rename former main', 'start main']);
  });
});
