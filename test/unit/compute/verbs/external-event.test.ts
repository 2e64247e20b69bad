import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { create, type Instance } from '../../../../src/objects/index.js';
import { fakeParts, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

function tell(fake: Fake, instance: Instance, name: string): Promise<unknown> {
  const event = create('InstanceExternalEvent', { instance_uuid: UUID, name, status: 'completed', tag: 'port-1' });
  const handler = createHandlers(fake.parts).get('external_instance_event');
  return Promise.resolve(handler?.(makeRequest('external_instance_event', { instances: [instance], events: [event] })));
}

/** A verb on the instance that goes on until `end`. */
function busy(fake: Fake) {
  let end = (): void => {};
  const held = new Promise<void>((resolve) => (end = resolve));
  return { done: fake.parts.locks.run(UUID, () => held), end };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('compute/verbs/external-event', () => {
  it('asks about changed ports of a server that is being built when the build is over', async () => {
    const fake = fakeParts();
    const build = busy(fake);
    const told = tell(fake, makeInstance({ vm_state: 'building' }), 'network-changed');
    await turn();
    assert.equal(fake.networks.refresh.callCount, 0);
    build.end();
    await told;
    assert.equal(fake.networks.refresh.callCount, 1);
    assert.equal(fake.networks.refresh.firstCall.args[1], 'port-1');
  });

  it('asks at once about those of any other, whatever is done with it', async () => {
    const fake = fakeParts();
    const verb = busy(fake);
    await tell(fake, makeInstance(), 'network-changed');
    assert.equal(fake.networks.refresh.callCount, 1);
    verb.end();
    await verb.done;
  });

  it('lets a build hear of its ports while it goes on', async () => {
    const fake = fakeParts();
    const build = busy(fake);
    const wait = fake.parts.waiters.expect(UUID, [{ name: 'network-vif-plugged', tag: 'port-1' }], 60_000);
    await tell(fake, makeInstance({ vm_state: 'building' }), 'network-vif-plugged');
    await wait.done;
    build.end();
    await build.done;
  });

  it('asks about a port that was wired while nobody waited for it, and only then', async () => {
    const fake = fakeParts();
    await tell(fake, makeInstance(), 'network-vif-plugged');
    assert.equal(fake.networks.refresh.firstCall.args[1], 'port-1');
    const wait = fake.parts.waiters.expect(UUID, [{ name: 'network-vif-plugged', tag: 'port-1' }], 60_000);
    await tell(fake, makeInstance(), 'network-vif-plugged');
    await wait.done;
    await tell(fake, makeInstance(), 'network-vif-unplugged');
    assert.equal(fake.networks.refresh.callCount, 1);
  });
});
