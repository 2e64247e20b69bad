import assert from 'node:assert/strict';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { fakeParts, makeInstance, UUID } from '../parts.js';
import { build, buildArgs, newborn } from './builds.js';

describe('compute/verbs: the early start of a new server', () => {
  it('begins to start the container beside Neutron, and lets it run when its ports are wired', async () => {
    const fake = fakeParts();
    const id = '99999999-9999-4999-8999-999999999999';
    const order: string[] = [];
    const said = (word: string) => () => Promise.resolve(void order.push(word));
    const { networks, containers } = fake;
    const started = new Promise<void>((resolve) => {
      containers.start.callsFake(() => {
        resolve(void order.push('start'));
        return Promise.resolve('c1');
      });
    });
    networks.holdStart.callsFake(said('hold'));
    networks.letStart.callsFake(said('let'));
    networks.allocate.callsFake(() => started.then(() => [{ id }]));
    networks.awaited.returns([{ name: 'network-vif-plugged', tag: id }]);
    networks.plug.callsFake(async () => {
      order.push('plug');
      await new Promise(setImmediate);
      order.push('wired');
      fake.parts.waiters.deliver(UUID, { name: 'network-vif-plugged', tag: id }, 'completed');
    });
    await build(fake, buildArgs(newborn(), { requested_networks: null }));
    assert.deepEqual(order, ['hold', 'start', 'plug', 'wired', 'let']);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  it('makes a container with a config drive when its ports are known, and not before', async () => {
    const fake = fakeParts();
    const instance = makeInstance({
      ...{ host: null, node: null, vm_state: 'building', task_state: 'scheduling' },
      config_drive: 'True',
    });
    fake.networks.allocate.callsFake(() => {
      assert.equal(fake.containers.create.callCount, 0);
      return Promise.resolve([{ id: 'p' }]);
    });
    await build(fake, buildArgs(instance, { requested_networks: null }));
    const [{ vifs }] = fake.folders.writeDrive.args[0] as unknown as [{ vifs: unknown }];
    assert.deepEqual(vifs, [{ id: 'p' }]);
  });

  it('starts a container once more whose early start failed for a reason that is not its own', async () => {
    const fake = fakeParts();
    fake.containers.start.onFirstCall().rejects(new ServiceError('Unavailable', 'engine away'));
    await build(fake, buildArgs(newborn()));
    assert.equal(fake.containers.start.callCount, 2);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  it('does not start a container again that cannot run', async () => {
    const fake = fakeParts();
    fake.containers.start.rejects(new ServiceError('Invalid', 'no such command'));
    await assert.rejects(build(fake, buildArgs(newborn())), /no such command/);
    assert.equal(fake.containers.start.callCount, 1);
  });
});
