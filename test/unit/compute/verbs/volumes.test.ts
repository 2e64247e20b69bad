import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { create } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

function ask(fake: Fake, method: string, args: Record<string, unknown>): Promise<unknown> | undefined {
  const request = makeRequest(method, { instance: makeInstance(), ...args }, { isCall: method.startsWith('reserve') });
  return createHandlers(fake.parts).get(method)?.(request);
}

describe('compute/verbs: volumes, while there is nothing that could attach one', () => {
  it('are refused with what nova-api shows its user, before it has written anything down', async () => {
    const fake = fakeParts();
    await assert.rejects(
      ask(fake, 'reserve_block_device_name', { device: null, volume_id: 'v' }) ?? Promise.resolve(),
      (error) => {
        const { nova } = error as { nova: { name: string; code: number; kwargs: { reason: string } } };
        assert.deepEqual([nova.name, nova.code], ['InvalidVolume', 400]);
        assert.match(nova.kwargs.reason, /attaches no volumes/);
        return true;
      },
    );
    assert.deepEqual([fake.conductor.events.start.callCount, fake.conductor.blockDevices.destroy.callCount], [0, 0]);
  });

  it('that were reserved elsewhere leave no row that says they are attached', async () => {
    const fake = fakeParts();
    const bdm = create('BlockDeviceMapping', { id: 3, volume_id: 'v' });
    await assert.rejects(ask(fake, 'attach_volume', { bdm }) ?? Promise.resolve(), /attaches no volumes/);
    assert.deepEqual(fake.conductor.blockDevices.destroy.args, [[bdm]]);
    assert.equal(fake.conductor.createFault.callCount, 1);
  });

  for (const method of ['detach_volume', 'swap_volume', 'extend_volume']) {
    it(`${method} is refused, and the server stays as it is`, async () => {
      const fake = fakeParts();
      await assert.rejects(ask(fake, method, { volume_id: 'v' }) ?? Promise.resolve(), { kind: 'Unsupported' });
      assert.deepEqual(fake.saved, []);
    });
  }
});
