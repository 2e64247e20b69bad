import assert from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { createHandlers } from '../../../../src/compute/manager.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import type { Conductor } from '../../../../src/compute/ports/conductor.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { containerState, fakeParts, makeInstance, makeRequest, novaError, UUID } from '../parts.js';

const IMAGE = 'image-2';
const KEY = { instanceUuid: UUID, purpose: IMAGE };
const missing = new ServiceError('NotFound', 'no image', { nova: { name: 'ImageNotFound', code: 404 } });

type Fake = ReturnType<typeof fakeParts>;

async function snapshot(fake: Fake, { attempt = 1, task = 'image_snapshot_pending' } = {}): Promise<unknown> {
  const instance = makeInstance({ task_state: task });
  if (attempt > 1) fake.conductor.instances.get.resolves(makeInstance({ task_state: task }));
  const handler = createHandlers(fake.parts).get('snapshot_instance');
  return handler?.(makeRequest('snapshot_instance', { instance, image_id: IMAGE }, { attempt }));
}

async function backup(fake: Fake, rotation: number): Promise<unknown> {
  const args = {
    instance: makeInstance({ task_state: 'image_backup' }),
    image_id: IMAGE,
    backup_type: 'daily',
    rotation,
  };
  return createHandlers(fake.parts).get('backup_instance')?.(makeRequest('backup_instance', args));
}

const tasks = (fake: Fake): unknown[] =>
  fake.saved.map(({ fields, expectedTask }) => [fields['task_state'], expectedTask]);

describe('compute/verbs/snapshot', () => {
  it('takes the disk, sends it and drops it', async () => {
    const fake = fakeParts();
    await snapshot(fake);
    assert.deepEqual(tasks(fake), [
      ['image_pending_upload', ['image_snapshot_pending']],
      ['image_uploading', ['image_pending_upload']],
      [null, ['image_uploading']],
    ]);
    assert.ok(fake.library.upload.calledAfter(fake.disks.take));
    assert.ok(fake.disks.drop.calledAfter(fake.library.upload));
    assert.deepEqual(fake.disks.drop.args, [[KEY]]);
    assert.equal(fake.library.remove.callCount, 0);
  });

  const runs: [string, boolean][] = [
    ['active', true],
    ['stopped', true],
    ['paused', false],
    ['suspended', false],
  ];
  for (const [vmState, expected] of runs) {
    it(`of a server that is ${vmState}: a freeze ${expected ? 'of ours ends' : 'is its own and stays'}`, async () => {
      const fake = fakeParts();
      const instance = makeInstance({ task_state: 'image_snapshot_pending', vm_state: vmState });
      const request = makeRequest('snapshot_instance', { instance, image_id: IMAGE });
      await createHandlers(fake.parts).get('snapshot_instance')?.(request);
      const { runs, ephemeral } = fake.disks.take.args[0]?.[2] as { runs: boolean; ephemeral: boolean };
      assert.deepEqual([runs, ephemeral], [expected, false]);
    });
  }

  it('keeps of the properties what is true of the new image', async () => {
    const fake = fakeParts();
    const long = 'x'.repeat(255);
    const properties = {
      os_version: '12',
      docker_image: 'nginx@sha256:1',
      docker_command: long,
      docker_init: 'false',
      note: long,
    };
    fake.library.show.resolves({ id: IMAGE, status: 'queued', properties });
    await snapshot(fake);
    const changes = fake.library.update.args[0]?.[1] as {
      withoutProperties: string[];
      properties: Record<string, string>;
    };
    assert.deepEqual(changes.withoutProperties, ['docker_image', 'docker_command']);
    assert.equal(changes.properties['image_state'], 'available');
  });

  it('deletes the image when it fails; the fault tells why and nothing stays', async () => {
    const fake = fakeParts();
    fake.library.upload.rejects(new ServiceError('Invalid', 'The quota is used up'));
    await assert.rejects(snapshot(fake), /quota/);
    assert.deepEqual(fake.library.remove.args[0]?.[0], IMAGE);
    assert.deepEqual(fake.disks.drop.args, [[KEY]]);
    assert.equal((fake.conductor.createFault.args[0]?.[0] as { message: string }).message, 'The quota is used up');
    assert.equal(fake.saved.at(-1)?.fields['task_state'], null);
  });

  it('is no failure when the image is deleted meanwhile', async () => {
    const fake = fakeParts();
    fake.library.upload.rejects(missing);
    await snapshot(fake);
    assert.equal(fake.conductor.createFault.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['task_state'], null);
    assert.deepEqual(fake.disks.drop.args, [[KEY]]);
  });

  it('ends when the server is deleted meanwhile, and takes the image with it', async () => {
    const fake = fakeParts();
    const handlers = createHandlers(fake.parts);
    let deleting: Promise<unknown> | undefined;
    fake.library.upload.callsFake((_id: string, data: Readable, _context: unknown, signal: AbortSignal) => {
      deleting = handlers.get('terminate_instance')?.(makeRequest('terminate_instance', { instance: makeInstance() }));
      data.destroy();
      return new Promise((_resolve, reject) => {
        const tell = (): void => reject(signal.reason as Error);
        if (signal.aborted) tell();
        signal.addEventListener('abort', tell);
      });
    });
    await assert.rejects(snapshot(fake), { message: 'The server is being deleted.' });
    await deleting;
    assert.equal(fake.library.remove.args[0]?.[0], IMAGE);
    assert.deepEqual(fake.disks.drop.args, [[KEY]]);
  });

  it('that fails while Glance is away: the server has its turn back at once, and the image goes when Glance is back', async () => {
    const fake = fakeParts();
    const away = new ServiceError('Unavailable', 'Glance is away', { nova: { name: 'GlanceConnectionFailed' } });
    fake.library.upload.rejects(away);
    fake.library.remove.rejects(away);
    let isBack: () => void = () => undefined;
    const pauses = new Promise<void>((resolve) => (isBack = resolve));
    const parts = { ...fake.parts, pause: () => pauses };
    const handlers = createHandlers(parts);
    const instance = makeInstance({ task_state: 'image_snapshot_pending' });
    const making = handlers.get('snapshot_instance')?.(makeRequest('snapshot_instance', { instance, image_id: IMAGE }));
    const ended = assert.rejects(making ?? Promise.resolve(), /Glance is away/);
    await handlers.get('stop_instance')?.(
      makeRequest('stop_instance', { instance: makeInstance({ task_state: 'powering-off' }), clean_shutdown: true }),
    );
    assert.equal(fake.containers.stop.callCount, 1);
    const told = fake.saved.map(({ fields }) => [fields['vm_state'], fields['task_state']]);
    assert.deepEqual(told.at(-1), ['stopped', null]);
    assert.deepEqual([fake.disks.drop.callCount, fake.library.remove.callCount], [1, 2]);
    fake.library.remove.resolves();
    isBack();
    await ended;
    assert.equal(fake.library.remove.callCount, 3);
  });

  it('that fails while Glance is away stays in the inbox when the service stops, and the next start goes on', async () => {
    const fake = fakeParts();
    const away = new ServiceError('Unavailable', 'Glance is away');
    fake.library.upload.rejects(away);
    fake.library.remove.rejects(away);
    const life = new AbortController();
    const pause = (): Promise<void> => Promise.resolve(life.abort());
    const handlers = createHandlers({ ...fake.parts, pause });
    const args = { instance: makeInstance({ task_state: 'image_snapshot_pending' }), image_id: IMAGE };
    const request = makeRequest('snapshot_instance', args, { signal: life.signal });
    await assert.rejects(handlers.get('snapshot_instance')?.(request) ?? Promise.resolve(), { kind: 'Interrupted' });

    fake.library.remove.reset();
    fake.library.remove.onCall(0).rejects(away);
    fake.library.remove.resolves();
    fake.conductor.instances.get.resolves(makeInstance());
    fake.conductor.events.isFinished.resolves(true);
    fake.conductor.events.hasFailed.resolves(true);
    await createHandlers(fake.parts).get('snapshot_instance')?.(makeRequest('snapshot_instance', args, { attempt: 2 }));
    assert.deepEqual([fake.library.remove.callCount, fake.library.remove.args[0]?.[0]], [2, IMAGE]);
    assert.equal(fake.disks.take.callCount, 1);
  });

  it('says no progress any more when it fails', async () => {
    const fake = fakeParts();
    let minutes = 0;
    const now = (): Date => new Date(Date.UTC(2026, 0, 1, 0, minutes++));
    fake.library.upload.callsFake(async (_id: string, data: Readable) => {
      for await (const _chunk of data);
      throw new ServiceError('Invalid', 'The quota is used up');
    });
    const args = { instance: makeInstance({ task_state: 'image_snapshot_pending' }), image_id: IMAGE };
    const handlers = createHandlers({ ...fake.parts, now });
    await assert.rejects(
      handlers.get('snapshot_instance')?.(makeRequest('snapshot_instance', args)) ?? Promise.resolve(),
      /quota/,
    );
    const progress = fake.saved.flatMap(({ fields }) => ('progress' in fields ? [fields['progress']] : []));
    assert.deepEqual(progress, [7, 0]);
  });

  it('that was asked for twice: the second one does not take the first one’s image away', async () => {
    const fake = fakeParts();
    const conflict = new ServiceError('Conflict', 'task', { nova: { name: 'UnexpectedTaskStateError', code: 409 } });
    const instances = { ...fake.conductor.instances, save: () => Promise.reject(conflict) };
    const conductorFor = (): Conductor => ({ ...fake.conductor, instances });
    fake.library.show.resolves({ id: IMAGE, status: 'active', properties: {} });
    const args = { instance: makeInstance(), image_id: IMAGE };
    const handlers = createHandlers({ ...fake.parts, conductorFor });
    const making = handlers.get('snapshot_instance')?.(makeRequest('snapshot_instance', args));
    await assert.rejects(making ?? Promise.resolve(), /task/);
    assert.equal(fake.library.remove.callCount, 0);
  });

  it('that was sent whole before a kill is not sent again', async () => {
    const fake = fakeParts();
    fake.library.show.resolves({ id: IMAGE, status: 'active', properties: {} });
    await snapshot(fake, { attempt: 2, task: 'image_uploading' });
    assert.equal(fake.library.upload.callCount, 0);
    assert.equal(fake.disks.take.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['task_state'], null);
    assert.deepEqual(fake.disks.drop.args, [[KEY]]);
  });

  it('waits until Glance has noticed that the data of a killed try do not come any more', async () => {
    const fake = fakeParts();
    fake.library.show.onCall(0).resolves({ id: IMAGE, status: 'saving', properties: {} });
    await snapshot(fake, { attempt: 2, task: 'image_uploading' });
    assert.equal(fake.library.upload.callCount, 1);
  });

  for (const [name, task] of [
    ['whose image is gone', 'image_pending_upload'] as const,
    ['that nobody wants any more', 'powering-off'] as const,
  ]) {
    it(`${name}, killed while the server was frozen: the server runs on`, async () => {
      const fake = fakeParts();
      fake.containers.state.resolves(containerState(POWER_STATE.PAUSED));
      fake.library.show.rejects(missing);
      await snapshot(fake, { attempt: 2, task });
      assert.equal(fake.containers.unpause.callCount, 1);
    });
  }

  it('leaves a server frozen that its user has paused', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.PAUSED));
    fake.library.show.rejects(missing);
    const row = { task_state: 'image_uploading', vm_state: 'paused' };
    fake.conductor.instances.get.resolves(makeInstance(row));
    const request = makeRequest('snapshot_instance', { instance: makeInstance(row), image_id: IMAGE }, { attempt: 2 });
    await createHandlers(fake.parts).get('snapshot_instance')?.(request);
    assert.equal(fake.containers.unpause.callCount, 0);
  });

  for (const [status, removed] of [['queued', true] as const, ['active', false] as const]) {
    it(`that nobody wants any more: an image that is ${status} ${removed ? 'goes' : 'stays'}`, async () => {
      const fake = fakeParts();
      fake.library.show.resolves({ id: IMAGE, status, properties: {} });
      await snapshot(fake, { attempt: 2, task: 'powering-off' });
      assert.equal(fake.library.remove.called, removed);
      assert.deepEqual(fake.disks.drop.args, [[KEY]]);
      assert.equal(fake.disks.take.callCount, 0);
    });
  }
});

describe('compute/verbs/backup', () => {
  it('deletes those beyond the rotation, and goes on over one that can not be deleted', async () => {
    const fake = fakeParts();
    fake.library.backups.resolves(['new', 'older', 'locked', 'oldest']);
    fake.library.remove.withArgs('locked').rejects(novaError('ImageNotAuthorized'));
    await backup(fake, 2);
    assert.deepEqual(fake.library.backups.args[0]?.[0], { instanceUuid: UUID, type: 'daily' });
    assert.deepEqual(
      fake.library.remove.args.map(([id]: unknown[]) => id),
      ['locked', 'oldest'],
    );
    assert.equal(fake.saved.at(-1)?.fields['task_state'], null);
  });

  it('starts from its own task', async () => {
    const fake = fakeParts();
    await backup(fake, 1);
    assert.deepEqual(tasks(fake)[0], ['image_pending_upload', ['image_backup']]);
  });
});
