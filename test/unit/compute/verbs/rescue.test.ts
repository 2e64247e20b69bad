import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { containerState, fakeParts, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

const MAIN = { instanceUuid: UUID, role: 'main' };
const RESCUE = { instanceUuid: UUID, role: 'rescue' };
const DISK = { hostPath: '/disk', guestPath: '/rescue' };

async function run(fake: Fake, method: string, row: Record<string, unknown>, args = {}): Promise<void> {
  const request = makeRequest(method, { instance: makeInstance(row), ...args });
  await createHandlers(fake.parts).get(method)?.(request);
}

const started = (fake: Fake): unknown[] => (fake.containers.start.args as [unknown][]).map(([key]) => key);

describe('compute/verbs/rescue', () => {
  const args = { rescue_password: 'secret', rescue_image_ref: 'medic', clean_shutdown: true };
  const row = { task_state: 'rescuing' };

  it('gives the disk of the stopped server to a container of its own', async () => {
    const fake = fakeParts();
    fake.disks.expose.resolves([DISK]);
    await run(fake, 'rescue_instance', row, args);
    const plan = fake.containers.create.args[0]?.[0] as { key: unknown; files: unknown[] };
    assert.deepEqual([plan.key, plan.files], [RESCUE, [DISK]]);
    assert.ok(fake.disks.expose.calledAfter(fake.containers.stop));
    assert.deepEqual(started(fake), [RESCUE]);
    assert.equal(fake.library.show.args[0]?.[0], 'medic');
    assert.deepEqual(
      [fake.saved.at(-1)?.fields['vm_state'], fake.saved.at(-1)?.fields['task_state']],
      ['rescued', null],
    );
  });

  it('has ephemeral disks where the disk of the server is, and none of its own', async () => {
    const fake = fakeParts();
    const flavor = makeInstance().get('flavor');
    flavor.set('ephemeral_gb', 1);
    await run(fake, 'rescue_instance', { ...row, flavor }, args);
    const { ephemeralDisks } = fake.containers.create.args[0]?.[0] as { ephemeralDisks: unknown[] };
    assert.deepEqual(ephemeralDisks, []);
  });

  it('is refused before the server is stopped where the storage driver can not', async () => {
    const fake = fakeParts();
    const refusal = new ServiceError('Unsupported', 'vfs', { nova: { name: 'InstanceNotRescuable' } });
    fake.disks.checkExposable.rejects(refusal);
    await assert.rejects(run(fake, 'rescue_instance', row, args), refusal);
    assert.equal(fake.containers.stop.callCount, 0);
  });

  for (const [vmState, expected] of [['active', [RESCUE, MAIN]] as const, ['stopped', [RESCUE]] as const]) {
    it(`that fails leaves a server that was ${vmState} so`, async () => {
      const fake = fakeParts();
      fake.containers.start.onFirstCall().rejects(new ServiceError('Invalid', 'no command'));
      await assert.rejects(
        run(fake, 'rescue_instance', { ...row, vm_state: vmState }, args),
        /cannot be rescued: no command/,
      );
      assert.deepEqual(started(fake), expected);
      assert.ok(fake.disks.conceal.calledAfter(fake.containers.remove));
      assert.equal(
        fake.saved.some(({ fields }) => fields['vm_state'] !== undefined),
        false,
      );
    });
  }

  it('ends before the server has its disk again', async () => {
    const fake = fakeParts();
    await run(fake, 'unrescue_instance', { task_state: 'unrescuing', vm_state: 'rescued' });
    assert.deepEqual(fake.containers.remove.args, [[RESCUE]]);
    assert.ok(fake.disks.conceal.calledAfter(fake.containers.remove));
    assert.ok(fake.containers.start.calledAfter(fake.disks.conceal));
    assert.deepEqual(started(fake), [MAIN]);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  for (const [own, asked, reserved] of [
    [{}, 'dedicated', 0],
    [{ image_hw_cpu_policy: 'dedicated' }, 'shared', 1],
  ] as const) {
    it(`takes ${reserved === 0 ? 'no CPUs that the server has not' : 'the CPUs that the server has'}, whatever its image says`, async () => {
      const fake = fakeParts();
      fake.library.show.resolves({ id: 'medic', status: 'active', properties: { hw_cpu_policy: asked } });
      await run(fake, 'rescue_instance', { ...row, system_metadata: own }, args);
      assert.equal(fake.cpus.reserve.callCount, reserved);
    });
  }

  it('is what power verbs mean as long as it lasts', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.RUNNING));
    await run(fake, 'stop_instance', { task_state: 'powering-off', vm_state: 'rescued' });
    assert.deepEqual(fake.containers.stop.args[0]?.[0], RESCUE);
  });

  it('of a server that was deleted softly ends before the server is restored', async () => {
    const fake = fakeParts();
    await run(fake, 'restore_instance', { task_state: 'restoring', vm_state: 'soft-delete' });
    assert.deepEqual(fake.containers.remove.args, [[RESCUE]]);
    assert.ok(fake.disks.conceal.calledAfter(fake.containers.remove));
    assert.ok(fake.containers.start.calledAfter(fake.disks.conceal));
  });
});
