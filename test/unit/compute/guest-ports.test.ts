import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createHandlers } from '../../../src/compute/manager.js';
import { POWER_STATE } from '../../../src/compute/ports/containers.js';
import { PowerSync } from '../../../src/compute/power/power-sync.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import type { Logger } from '../../../src/observe/logger.js';
import { containerState, fakeParts, makeInstance, makeRequest, silent, UUID } from './parts.js';

const { RUNNING, PAUSED } = POWER_STATE;
const KEY = { instanceUuid: UUID, role: 'main' } as const;

async function ask(fake: ReturnType<typeof fakeParts>, method: string, row: Parameters<typeof makeInstance>[0]) {
  const instance = makeInstance(row);
  fake.conductor.instances.get.resolves(instance);
  await createHandlers(fake.parts).get(method)?.(makeRequest(method, { instance }));
}

describe('compute: ports of a server that is frozen', () => {
  it('are silenced after the freeze and heard again before the thaw', async () => {
    const fake = fakeParts();
    await ask(fake, 'pause_instance', { vm_state: 'active', task_state: 'pausing' });
    assert.deepEqual(fake.networks.mute.args, [[UUID]]);
    assert.ok(fake.networks.mute.calledAfter(fake.containers.pause));
    await ask(fake, 'unpause_instance', { vm_state: 'paused', task_state: 'unpausing' });
    assert.ok(fake.networks.unmute.calledBefore(fake.containers.unpause));
  });

  it('that cannot be silenced end the pause: the server runs on', async () => {
    const fake = fakeParts();
    fake.networks.mute.rejects(new ServiceError('Unavailable', 'no device'));
    await assert.rejects(ask(fake, 'suspend_instance', { vm_state: 'active', task_state: 'suspending' }), /no device/);
    assert.equal(fake.containers.unpause.callCount, 1);
    assert.equal(
      fake.saved.some(({ fields }) => fields['vm_state'] === 'suspended'),
      false,
    );
  });

  it('are heard again before a polite stop, in which it may say goodbye', async () => {
    const fake = fakeParts();
    fake.containers.state.withArgs(sinon.match(KEY)).resolves(containerState(PAUSED));
    await ask(fake, 'stop_instance', { vm_state: 'paused', task_state: 'powering-off' });
    assert.ok(fake.networks.unmute.calledBefore(fake.containers.stop));
  });
});

describe('compute: ports of a server that is started', () => {
  it('a container that was started without them is stopped again, and the fault says so', async () => {
    const fake = fakeParts();
    fake.containers.start.resolves('c7');
    fake.networks.checkHeld.rejects(new ServiceError('Conflict', 'started without the ports'));
    const row = { vm_state: 'stopped', task_state: 'powering-on', power_state: POWER_STATE.SHUTDOWN };
    await assert.rejects(ask(fake, 'start_instance', row), /started without the ports/);
    assert.deepEqual(fake.networks.checkHeld.args, [[UUID, 'c7']]);
    assert.deepEqual(fake.containers.stop.args, [[KEY, { timeoutMs: 0 }]]);
    const [fault] = fake.conductor.createFault.args[0] as [{ message: string }];
    assert.match(fault.message, /started without the ports/);
    assert.equal(
      fake.saved.some(({ fields }) => fields['vm_state'] === 'active'),
      false,
    );
  });
});

describe('compute/power: comparisons and ports', () => {
  async function compared(power: typeof RUNNING | typeof PAUSED, muted: readonly string[], log: Logger = silent) {
    const fake = fakeParts();
    const row = { vm_state: power === PAUSED ? 'suspended' : 'active', power_state: power };
    fake.containers.state.withArgs(sinon.match(KEY)).resolves(containerState(power));
    fake.containers.states.resolves([containerState(power)]);
    fake.networks.muted.resolves(muted);
    fake.networks.checkHeld.rejects(new ServiceError('Conflict', 'started without the ports'));
    fake.conductor.instances.onHost.resolves([makeInstance(row)]);
    fake.conductor.instances.get.resolves(makeInstance(row));
    const { signal } = new AbortController();
    const parts = { ...fake.parts, log };
    const ownContext = () => makeRequest('x', {}).context;
    await new PowerSync({ parts, ownContext, debounceMs: 0, followsEvents: () => true, signal }).compareAtStart(true);
    return fake.networks;
  }

  it('a server that was left frozen but not silent is silenced, and one that is silent but runs is heard', async () => {
    assert.deepEqual((await compared(PAUSED, [])).mute.args, [[UUID]]);
    assert.deepEqual((await compared(RUNNING, [UUID])).unmute.args, [[UUID]]);
    const { mute, unmute } = await compared(RUNNING, []);
    assert.deepEqual([mute.callCount, unmute.callCount], [0, 0]);
  });

  it('a container that somebody started without its ports is told of', async () => {
    const error = sinon.stub();
    await compared(RUNNING, [UUID], { ...silent, error });
    assert.match(String(error.args[0]?.[0]), /runs without the ports of its server/);
  });
});
