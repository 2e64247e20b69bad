import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import sinon from 'sinon';
import { leaveNothing, receive } from '../../../../src/compute/carry/receive.js';
import { sendDisk } from '../../../../src/compute/carry/send.js';
import type { InstanceOperation } from '../../../../src/compute/operation.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { containerState, fakeParts, makeInstance, makeRequest, silent, UUID } from '../parts.js';

const IMAGE = '88888888-8888-4888-8888-888888888888';
const KEY = { instanceUuid: UUID, purpose: IMAGE };
const gone = (): Promise<never> => Promise.reject(new ServiceError('NotFound', 'gone'));

function lab() {
  const fake = fakeParts();
  const instance = makeInstance({ task_state: 'resize_migrating' });
  const life = new AbortController();
  const op: InstanceOperation = {
    parts: fake.parts,
    request: { ...makeRequest('resize_instance', { instance }), signal: life.signal },
    attempt: 1,
    conductor: fake.conductor,
    signal: life.signal,
    log: silent,
    instance,
  };
  return { ...fake, op, life };
}

describe('compute/carry: a disk leaves', () => {
  it('stops the server, fills an image of the user’s with its disk, and keeps nothing', async () => {
    const { op, containers, library, disks } = lab();
    await sendDisk(op, IMAGE, true);
    const { id, name } = library.create.args[0]?.[0] as { id: string; name: string };
    deepEqual([id, name], [IMAGE, 'web-resize-temp']);
    ok(disks.take.calledAfter(containers.stop));
    deepEqual((disks.take.args[0] as unknown[])[1], IMAGE);
    equal((disks.take.args[0] as { ephemeral: boolean }[])[2]?.ephemeral, true);
    ok(library.upload.calledAfter(library.create));
    deepEqual(disks.drop.args, [[KEY]]);
    sinon.assert.notCalled(library.remove);
    // It stays, for the case that the server comes back.
    sinon.assert.notCalled(containers.remove);
  });

  it('sends nothing that is there already', async () => {
    const { op, library, disks } = lab();
    library.show.resolves({ id: IMAGE, status: 'active', properties: {} });
    await sendDisk(op, IMAGE, true);
    sinon.assert.notCalled(disks.take);
    sinon.assert.notCalled(library.upload);
    deepEqual(disks.drop.args, [[KEY]]);
  });

  it('leaves no image behind when it fails, but one for the next start when the service stops', async () => {
    const failing = lab();
    failing.library.upload.rejects(new ServiceError('Forbidden', 'quota'));
    await rejects(sendDisk(failing.op, IMAGE, true), /quota/);
    deepEqual([failing.library.remove.callCount, failing.disks.drop.callCount], [1, 1]);
    const stopping = lab();
    stopping.library.upload.callsFake(() => {
      stopping.life.abort(new ServiceError('Interrupted', 'stop'));
      return Promise.reject(new ServiceError('Interrupted', 'stop'));
    });
    await rejects(sendDisk(stopping.op, IMAGE, true), /stop/);
    deepEqual([stopping.library.remove.callCount, stopping.disks.drop.callCount], [0, 0]);
  });
});

describe('compute/carry: a disk arrives', () => {
  const arrival = { imageId: IMAGE, properties: {}, runs: true, ephemeral: 'blank' } as const;

  it('makes the server of it on ports of this host, starts it, and removes the image', async () => {
    const { op, containers, library, networks } = lab();
    const state = await receive(op, arrival);
    equal(state?.powerState, POWER_STATE.RUNNING);
    ok(networks.plug.calledAfter(networks.bind));
    ok(containers.create.calledAfter(networks.plug));
    ok(containers.start.calledAfter(containers.create));
    ok(library.remove.calledAfter(containers.start));
  });

  it('does not start one that was stopped', async () => {
    const { op, containers } = lab();
    containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    const state = await receive(op, { ...arrival, runs: false });
    equal(state?.powerState, POWER_STATE.SHUTDOWN);
    sinon.assert.notCalled(containers.start);
  });

  it('goes on with the container that an earlier try has made, its image gone', async () => {
    const { op, containers, library } = lab();
    library.show.callsFake(gone);
    await receive(op, arrival);
    sinon.assert.notCalled(containers.create);
    sinon.assert.calledOnce(containers.start);
    containers.state.resolves(undefined);
    await rejects(receive(op, arrival), /gone/);
  });

  it('refuses what may not be set before it touches anything', async () => {
    const { op, networks, images } = lab();
    await rejects(receive(op, { ...arrival, properties: { docker_privileged: 'true' } }), /docker_privileged/);
    sinon.assert.notCalled(networks.bind);
    sinon.assert.notCalled(images.ensure);
  });

  it('leaves nothing of one that stays elsewhere, and its ports alone', async () => {
    const { op, containers, networks, cpus, folders } = lab();
    await leaveNothing(op);
    ok(networks.unplug.calledAfter(containers.remove));
    for (const deed of [cpus.release, folders.remove]) sinon.assert.calledOnceWithExactly(deed, UUID);
    sinon.assert.notCalled(networks.deallocate);
  });
});
