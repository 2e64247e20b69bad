import assert from 'node:assert/strict';
import sinon from 'sinon';
import {
  POWER_STATE,
  type ContainerEvent,
  type ContainerRole,
  type ContainerState,
  type PowerState,
} from '../../../src/compute/ports/containers.js';
import { PowerSync } from '../../../src/compute/power/power-sync.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { containerState, fakeParts, makeInstance, makeRequest, UUID } from './parts.js';

const { RUNNING, SHUTDOWN } = POWER_STATE;

describe('compute/power: events', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => (clock = sinon.useFakeTimers()));
  afterEach(() => clock.restore());

  function setUp() {
    const fake = fakeParts();
    const abort = new AbortController();
    const ownContext = () => makeRequest('x', {}).context;
    const following = { events: true };
    const followsEvents = (): boolean => following.events;
    const sync = new PowerSync({ parts: fake.parts, ownContext, debounceMs: 300, followsEvents, signal: abort.signal });
    return { fake, sync, abort, following };
  }

  const told = (
    action: 'die' | 'start' | 'destroy' | 'update',
    containerId = 'c1',
    role: ContainerRole = 'main',
  ): ContainerEvent => ({
    type: 'container',
    key: { instanceUuid: UUID, role },
    containerId,
    action,
    at: new Date(0),
    exitCode: 1,
    detail: '',
  });

  /** The container is found ended when the engine is back. */
  function whileAway(fake: ReturnType<typeof fakeParts>): ContainerState {
    const ended = { ...containerState(SHUTDOWN), exitCode: 143 };
    fake.containers.state.resolves(ended);
    fake.containers.states.resolves([ended]);
    fake.conductor.instances.onHost.resolves([makeInstance({ power_state: RUNNING })]);
    fake.conductor.instances.get.resolves(makeInstance({ power_state: RUNNING }));
    return ended;
  }

  it('a container that ends by itself is SHUTOFF, with its reason in metadata and in the stop action', async () => {
    const { fake, sync } = setUp();
    fake.containers.state.resolves({ ...containerState(SHUTDOWN), exitCode: 3 });
    fake.containers.consoleOutput.resolves('no such table\n');
    sync.onEvent(told('die'));
    await clock.tickAsync(300);
    assert.deepEqual(fake.saved, [
      {
        fields: {
          vm_state: 'stopped',
          power_state: SHUTDOWN,
          metadata: { 'docker:exit': 'exited with code 3: no such table' },
        },
        expectedTask: [null],
      },
    ]);
    const [, happened] = fake.conductor.events.record.args[0] as [
      string,
      { action: string; details: string; failed: boolean },
    ];
    assert.deepEqual(
      [happened.action, happened.details, happened.failed],
      ['stop', 'exited with code 3: no such table', true],
    );
  });

  it('a death that a start follows is a restart', async () => {
    const { fake, sync } = setUp();
    fake.containers.state.resolves(containerState(RUNNING));
    fake.conductor.instances.get.resolves(makeInstance({ power_state: RUNNING }));
    sync.onEvent(told('die'));
    await clock.tickAsync(100);
    sync.onEvent(told('start'));
    await clock.tickAsync(1000);
    assert.equal(fake.saved.length, 0);
    assert.equal(fake.conductor.instances.get.callCount, 1);
  });

  it('concludes nothing from a death while the engine is going down, and starts it when the engine is back', async () => {
    const { fake, sync } = setUp();
    fake.containers.state.rejects(new ServiceError('Unavailable', 'refused'));
    sync.onEvent(told('die'));
    await clock.tickAsync(300);
    sync.onEvent({ type: 'engine-lost', at: new Date(0) });
    sync.onEvent(told('die'));
    await clock.tickAsync(1000);
    assert.equal(fake.saved.length, 0);
    const ended = whileAway(fake);
    fake.containers.endedWithTheEngine.resolves(new Set([ended.containerId]));
    sync.onEvent({ type: 'engine-back', at: new Date(0) });
    await clock.tickAsync(10);
    assert.equal(fake.containers.start.callCount, 1);
    assert.deepEqual(fake.saved.at(-1)?.fields, { power_state: RUNNING });
  });

  it('an engine is back: what ended by itself meanwhile is SHUTOFF', async () => {
    const { fake, sync } = setUp();
    sync.onEvent({ type: 'engine-lost', at: new Date(0) });
    whileAway(fake);
    sync.onEvent({ type: 'engine-back', at: new Date(0) });
    await clock.tickAsync(10);
    assert.equal(fake.containers.start.callCount, 0);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'stopped');
  });

  it('no comparison takes what went down with the engine for ended before the engine has told, or Nova has answered', async () => {
    const { fake, sync } = setUp();
    sync.onEvent({ type: 'engine-lost', at: new Date(0) });
    const { containerId } = whileAway(fake);
    fake.containers.endedWithTheEngine.onFirstCall().rejects(new ServiceError('Timeout', 'busy'));
    fake.containers.endedWithTheEngine.onSecondCall().resolves(new Set([containerId]));
    fake.conductor.instances.get.onFirstCall().rejects(new ServiceError('Timeout', 'no conductor'));
    sync.onEvent({ type: 'engine-back', at: new Date(0) });
    await clock.tickAsync(10);
    await sync.compareAll();
    assert.deepEqual([fake.containers.start.callCount, fake.saved.length], [0, 0]);
    await sync.compareAll();
    assert.equal(fake.containers.start.callCount, 1);
    assert.deepEqual(
      fake.saved.map(({ fields }) => fields),
      [{ power_state: RUNNING }],
    );
    // It runs again: how it ends now is its own affair.
    sync.onEvent(told('start', containerId));
    await sync.compareAll();
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'stopped');
  });

  const OWN = { instanceUuid: UUID, role: 'main' } as const;
  const RESCUE = { ...OWN, role: 'rescue' } as const;

  function rescued(own: PowerState, rescue: PowerState) {
    const { fake, sync } = setUp();
    const states = new Map<ContainerRole, ContainerState>(
      [own, rescue].map((power, nth) => {
        const key = [OWN, RESCUE][nth] ?? OWN;
        return [key.role, { ...containerState(power), key, containerId: key.role }] as const;
      }),
    );
    fake.containers.state.callsFake(({ role }) => Promise.resolve(states.get(role)));
    fake.containers.states.resolves([...states.values()]);
    const row = { vm_state: 'rescued', power_state: RUNNING };
    fake.conductor.instances.onHost.resolves([makeInstance(row)]);
    fake.conductor.instances.get.callsFake(() => Promise.resolve(makeInstance(row)));
    return { fake, sync };
  }

  it('starts the container of a rescue, with the disk, and not the server’s own, when the engine is back', async () => {
    const { fake, sync } = rescued(SHUTDOWN, SHUTDOWN);
    fake.containers.endedWithTheEngine.resolves(new Set(['main', 'rescue']));
    sync.onEvent({ type: 'engine-lost', at: new Date(0) });
    sync.onEvent({ type: 'engine-back', at: new Date(0) });
    await clock.tickAsync(10);
    assert.deepEqual(fake.containers.start.args, [[RESCUE]]);
    assert.ok(fake.disks.expose.calledBefore(fake.containers.start));
  });

  for (const restarts of [true, false]) {
    it(`${restarts ? 'starts it' : 'leaves it'} when the host was down and guests are ${restarts ? '' : 'not '}to be started`, async () => {
      const { fake, sync } = rescued(SHUTDOWN, SHUTDOWN);
      fake.containers.endedWithTheEngine.resolves(new Set(['main', 'rescue']));
      await sync.compareAtStart(restarts);
      assert.deepEqual(fake.containers.start.args, restarts ? [[RESCUE]] : []);
    });
  }

  it('records that a rescue ended by itself; the server stays rescued', async () => {
    const { fake, sync } = rescued(SHUTDOWN, SHUTDOWN);
    sync.onEvent(told('die', 'rescue', 'rescue'));
    await clock.tickAsync(300);
    assert.deepEqual(
      fake.saved.map(({ fields }) => fields),
      [{ power_state: SHUTDOWN }],
    );
  });

  it('stops the server’s own container when somebody starts it during a rescue', async () => {
    const { fake, sync } = rescued(RUNNING, RUNNING);
    sync.onEvent(told('start'));
    await clock.tickAsync(300);
    assert.deepEqual(fake.containers.stop.args, [[OWN, { timeoutMs: 0 }]]);
    assert.deepEqual(fake.saved, []);
  });

  it('sees no events with handle_virt_lifecycle_events off', async () => {
    const { fake, sync, following } = setUp();
    following.events = false;
    sync.onEvent(told('die'));
    await clock.tickAsync(1000);
    assert.equal(fake.conductor.instances.get.callCount, 0);
  });

  it('leaves what happened before a comparison to it: an old death decides nothing afterwards', async () => {
    const { fake, sync } = setUp();
    fake.containers.state.resolves({ ...containerState(SHUTDOWN), exitCode: 143 });
    sync.onEvent(told('die'));
    await sync.compareAtStart(true);
    sync.onEvent(told('die'));
    await clock.tickAsync(1000);
    assert.deepEqual(fake.saved, []);
    sync.onEvent({ ...told('die'), at: fake.parts.now() });
    await clock.tickAsync(1000);
    assert.equal(fake.saved.length, 1);
  });

  it('leaves what a verb does to the verb', async () => {
    const { fake, sync } = setUp();
    let end = (): void => undefined;
    const verb = fake.parts.locks.run(UUID, () => new Promise<void>((resolve) => (end = resolve)));
    sync.onEvent(told('start'));
    sync.onEvent(told('destroy'));
    await clock.tickAsync(1000);
    end();
    await verb;
    await clock.tickAsync(1000);
    assert.equal(fake.conductor.instances.get.callCount, 0);
  });

  it('limits that somebody changed by hand are told of; those that a verb changes are not', async () => {
    const { fake, sync } = setUp();
    let end = (): void => undefined;
    const verb = fake.parts.locks.run(UUID, () => new Promise<void>((resolve) => (end = resolve)));
    sync.onEvent(told('update'));
    await clock.tickAsync(1);
    end();
    await verb;
    await clock.tickAsync(300);
    assert.equal(fake.conductor.events.record.callCount, 0);
    sync.onEvent(told('update'));
    await clock.tickAsync(300);
    const [uuid, happened] = fake.conductor.events.record.args[0] as [string, { action: string; event: string }];
    assert.deepEqual([uuid, happened.action, happened.event], [UUID, 'update', 'container_update']);
    assert.deepEqual(fake.saved, []);
  });

  it('a container that was removed is an ERROR with a fault that says so', async () => {
    const { fake, sync } = setUp();
    fake.containers.state.resolves(undefined);
    sync.onEvent(told('destroy'));
    await clock.tickAsync(300);
    assert.equal(fake.saved.at(-1)?.fields['vm_state'], 'error');
    const [fault] = fake.conductor.createFault.args[0] as [{ message: string }];
    assert.match(fault.message, /removed outside of Nova/);
  });
});
