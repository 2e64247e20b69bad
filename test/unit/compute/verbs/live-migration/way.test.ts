import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { POWER_STATE } from '../../../../../src/compute/ports/containers.js';
import { containerState, fakeParts, HOST } from '../../parts.js';
import { lastCast, MIGRATION, OTHER, run } from './scene.js';

describe('compute/verbs/live-migration: from one host to the other', () => {
  it('brings memory and belongings there, by what both know of each other', async () => {
    const source = fakeParts();
    const glance = new Map<string, Buffer>();
    source.checkpoints.take.callsFake(() => {
      source.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
      return Promise.resolve({ bytes: 1 });
    });
    source.library.upload.callsFake(async (id: string, data: Readable) => void glance.set(id, await buffer(data)));
    source.folders.belongings.resolves({ injectedFiles: [], adminPassword: 'p4ss', randomSeed: 'c2VlZA==' });
    await run(source, 'live_migration', { to: OTHER });
    const kept = source.saved[0]?.fields['system_metadata'] as Record<string, string>;
    const sealed = source.disks.archive.args[0]?.at(1) as unknown as string;

    const target = fakeParts();
    target.containers.state.resolves(undefined);
    target.containers.create.callsFake(() => {
      target.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
      return Promise.resolve(containerState(POWER_STATE.SHUTDOWN));
    });
    target.library.show.callsFake((id: string) => Promise.resolve({ id, status: 'active', properties: {} }));
    target.library.download.callsFake((id: string) =>
      Promise.resolve(Readable.from([glance.get(id) ?? Buffer.alloc(0)])),
    );
    target.images.ensure.callsFake(({ id }: { id: string }) => {
      assert.ok(id === MIGRATION && glance.has(id));
      const defaults = { entrypoint: [], command: ['sh'], labels: {}, variables: [], volumes: [] };
      return Promise.resolve({ imageId: id, reference: 'x', sizeBytes: 1, sealed, defaults });
    });
    const placed: Buffer[] = [];
    target.checkpoints.place.callsFake(async (_key: unknown, _name: string, body: Readable) => {
      placed.push(await buffer(body));
    });
    const row = { system_metadata: kept, config_drive: 'True' };
    const { method, args } = lastCast(source);
    const { availability_zone: zone } = args;
    await run(target, method, { to: HOST, status: 'post-migrating', row, args: { availability_zone: zone } });
    assert.deepEqual(placed.map(String), ['memory']);
    const [[drive]] = target.folders.writeDrive.args as [[{ adminPassword: string; randomSeed: string }]];
    assert.deepEqual([drive.adminPassword, drive.randomSeed], ['p4ss', 'c2VlZA==']);
  });
});
