import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createHandlers } from '../../../../src/compute/manager.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import { fakeParts, makeInstance, makeRequest, PROVIDER, UUID } from '../parts.js';
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
    networks.holdStart.callsFake(() => Promise.resolve(order.push('hold') > 0));
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

  it('that has none, and whose ports fail while its image comes, ends as a build and not as a mistake', async () => {
    const fake = fakeParts();
    const unheard = sinon.spy();
    process.on('unhandledRejection', unheard);
    fake.networks.holdStart.resolves(false);
    fake.networks.allocate.rejects(new ServiceError('Invalid', 'there is no such port'));
    const ensured = fake.images.ensure() as Promise<unknown>;
    fake.images.ensure.callsFake(() => new Promise((resolve) => setTimeout(resolve, 20)).then(() => ensured));
    await build(fake, buildArgs(newborn(), { requested_networks: null })).catch(() => undefined);
    process.off('unhandledRejection', unheard);
    assert.deepEqual([fake.containers.create.callCount, unheard.callCount], [0, 0]);
  });

  it('starts a container once more whose early start failed for a reason that is not its own', async () => {
    const fake = fakeParts();
    const order = toldOrder(fake);
    fake.containers.start.onFirstCall().rejects(new ServiceError('Unavailable', 'engine away'));
    await build(fake, buildArgs(newborn()));
    // The runtime of the first one may have outlived the engine that called it.
    assert.deepEqual(order, ['hold', 'no', 'allow']);
    assert.equal(fake.containers.start.callCount, 2);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
  });

  it('does not start a container again that cannot run', async () => {
    const fake = fakeParts();
    fake.containers.start.rejects(new ServiceError('Invalid', 'no such command'));
    await assert.rejects(build(fake, buildArgs(newborn())), /no such command/);
    assert.equal(fake.containers.start.callCount, 1);
  });

  it('refuses a start when there is no container: one of before may wait for the same word', async () => {
    const fake = fakeParts();
    const order = toldOrder(fake);
    fake.containers.create.rejects(new ServiceError('Timeout', 'inspect did not answer'));
    await build(fake, buildArgs(newborn()));
    assert.deepEqual(order, ['hold', 'no']);
  });

  const late: [string, (fake: ReturnType<typeof fakeParts>) => Promise<unknown>][] = [
    ['was begun before', (fake) => build(fake, buildArgs(newborn()), 2)],
    [
      'another program starts',
      (fake) => {
        fake.networks.holdStart.resolves(false);
        return build(fake, buildArgs(newborn()));
      },
    ],
  ];
  for (const [which, run] of late) {
    it(`starts a server that ${which} when its ports are plugged, and not before`, async () => {
      const fake = fakeParts();
      fake.allocations.of.resolves(new Map([[PROVIDER, { VCPU: 1 }]]));
      fake.conductor.instances.get.resolves(newborn());
      await run(fake);
      const { networks, containers } = fake;
      assert.ok(networks.plug.calledBefore(containers.create) && networks.allowStart.calledBefore(containers.start));
      assert.deepEqual([containers.start.callCount, networks.letStart.callCount], [1, 0]);
      assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'active');
    });
  }

  it('asks the engine nothing of a server that is being built: it would not answer', async () => {
    const fake = fakeParts();
    const handler = createHandlers(fake.parts).get('get_console_output');
    const args = { instance: newborn(), tail_length: 5 };
    await assert.rejects(handler?.(makeRequest('get_console_output', args)) ?? Promise.resolve(), /console/);
    assert.equal(fake.containers.state.callCount, 0);
  });
});

/** What is said of a start, in order. */
function toldOrder({ networks }: ReturnType<typeof fakeParts>): string[] {
  const order: string[] = [];
  networks.holdStart.callsFake(() => Promise.resolve(order.push('hold') > 0));
  networks.letStart.callsFake(() => Promise.resolve(void order.push('go')));
  networks.refuseStart.callsFake(() => Promise.resolve(void order.push('no')));
  networks.allowStart.callsFake(() => Promise.resolve(void order.push('allow')));
  return order;
}
