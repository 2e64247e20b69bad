import assert from 'node:assert/strict';
import sinon from 'sinon';
import { createConductorFor } from '../../../src/conductor/conductor.js';
import { kindOf, ServiceError, type ErrorKind } from '../../../src/errors/kinds.js';
import { create } from '../../../src/objects/index.js';
import { unobserved } from '../../../src/observe/calls.js';
import type { CallRequest } from '../../../src/oslo/index.js';
import { makeInstance, makeRequest, silent, UUID } from '../compute/parts.js';

function setUp(patience: { timeoutMs?: number } = {}) {
  const call = sinon.stub<[CallRequest], Promise<unknown>>();
  const cast = sinon.stub().resolves();
  const fanout = sinon.stub().resolves();
  const pauses: number[] = [];
  const abort = new AbortController();
  const { context } = makeRequest('x', {});
  const conductorFor = createConductorFor({
    rpc: { call, cast, fanout },
    responseTimeoutMs: 60_000,
    longTimeoutMs: 1_800_000,
    log: silent,
    settings: { host: 'host-1', tracksInstanceChanges: true },
    observer: unobserved,
    ownContext: () => context,
    pause: (ms) => {
      pauses.push(ms);
      return Promise.resolve();
    },
  });
  const conductor = conductorFor(context, { signal: abort.signal, ...patience });
  return { call, cast, fanout, pauses, abort, conductor, context };
}

const failure = (kind: ErrorKind, name?: string): ServiceError =>
  new ServiceError(kind, name ?? kind, name === undefined ? {} : { nova: { name } });

describe('conductor/calls', () => {
  it('saves the changed fields and the ids only, under the expectation, in the context of the request', async () => {
    const { call, conductor, context } = setUp();
    call.resolves([{ updated_at: '2026-11-22T12:00:00Z', obj_what_changed: [] }, null]);
    const instance = makeInstance();
    instance.set('task_state', 'spawning');
    await conductor.instances.save(instance, { expectedTask: ['networking', null] });
    const sent = call.args[0]?.[0];
    assert.equal(sent?.method, 'object_action');
    assert.equal(sent.context, context);
    const { objinst, ...others } = sent.args;
    assert.deepEqual(others, { objmethod: 'save', args: [], kwargs: { expected_task_state: ['networking', null] } });
    assert.deepEqual((objinst as typeof instance).fields().toSorted(), ['id', 'task_state', 'uuid']);
    assert.deepEqual(instance.changes(), []);
    assert.equal(instance.get('updated_at')?.toISOString(), '2026-11-22T12:00:00.000Z');
  });

  it('asks another compute service once: as long as a call may take, or as long as it shows signs of life', async () => {
    const { call, conductor } = setUp();
    call.resolves('answer');
    const message = { host: 'host-2', method: 'pre_live_migration', args: {} };
    assert.equal(await conductor.peers.call(message), 'answer');
    await conductor.peers.call(message, { isLong: true });
    const asked = call.args.map(([{ topic, server, method, version, timeoutMs, callMonitorTimeoutS }]) => {
      return { to: `${topic}.${server}`, method, version, timeoutMs, callMonitorTimeoutS };
    });
    const what = { to: 'compute.host-2', method: 'pre_live_migration', version: '6.0' };
    assert.deepEqual(asked, [
      { ...what, timeoutMs: 60_000, callMonitorTimeoutS: undefined },
      { ...what, timeoutMs: 1_800_000, callMonitorTimeoutS: 60 },
    ]);
    call.reset();
    call.rejects(failure('Timeout'));
    await assert.rejects(conductor.peers.call(message));
    assert.equal(call.callCount, 1);
  });

  it('saves nothing when nothing changed', async () => {
    const { call, conductor } = setUp();
    await conductor.instances.save(makeInstance());
    assert.equal(call.callCount, 0);
  });

  it('asks again while conductor is away, and no longer than its patience lasts', async () => {
    const { call, conductor, pauses } = setUp();
    call.onCall(0).rejects(failure('Timeout'));
    call.onCall(1).rejects(failure('Unavailable'));
    call.onCall(2).resolves(create('InstanceList', { objects: [] }));
    assert.deepEqual(await conductor.instances.onHost('host-1', []), []);
    assert.deepEqual(pauses, [500, 1000]);

    const impatient = setUp({ timeoutMs: 100 });
    impatient.call.rejects(failure('Timeout'));
    await assert.rejects(impatient.conductor.instances.onHost('host-1', []), (error) => kindOf(error) === 'Timeout');
    assert.equal(impatient.call.callCount, 1);
  });

  it('is Interrupted when the service stops while conductor is away', async () => {
    const { call, conductor, abort } = setUp();
    call.callsFake(() => {
      abort.abort();
      return Promise.reject(failure('Unavailable'));
    });
    await assert.rejects(conductor.instances.onHost('host-1', []), (error) => kindOf(error) === 'Interrupted');
  });

  it('takes a save whose answer was lost as done when the row is as wanted', async () => {
    const { call, conductor } = setUp();
    const instance = makeInstance();
    instance.set('task_state', 'spawning');
    call.onCall(0).rejects(failure('Timeout'));
    call.onCall(1).rejects(failure('Conflict', 'UnexpectedTaskStateError'));
    call.onCall(2).resolves(makeInstance({ task_state: 'spawning' }));
    await conductor.instances.save(instance, { expectedTask: ['networking'] });
    assert.equal(call.callCount, 3);
  });

  it('tells of a refused save when the row is not as wanted, or when the first answer was the refusal', async () => {
    const { call, conductor } = setUp();
    const instance = makeInstance();
    instance.set('task_state', 'spawning');
    call.onCall(0).rejects(failure('Timeout'));
    call.onCall(1).rejects(failure('Conflict', 'UnexpectedTaskStateError'));
    call.onCall(2).resolves(makeInstance({ task_state: 'deleting' }));
    await assert.rejects(
      conductor.instances.save(instance, { expectedTask: ['networking'] }),
      /UnexpectedTaskStateError/,
    );
    call.reset();
    call.rejects(failure('Conflict', 'UnexpectedTaskStateError'));
    await assert.rejects(
      conductor.instances.save(instance, { expectedTask: ['networking'] }),
      /UnexpectedTaskStateError/,
    );
    assert.equal(call.callCount, 1);
  });

  it('lets an action be unknown to Nova and an instance be gone already', async () => {
    const { call, conductor } = setUp();
    call.rejects(failure('NotFound', 'InstanceActionNotFound'));
    await conductor.events.start(UUID, 'compute_stop_instance');
    call.rejects(failure('NotFound', 'InstanceNotFound'));
    await conductor.instances.destroy(makeInstance());
    await assert.rejects(conductor.instances.get(UUID, []), /InstanceNotFound/);
  });

  it('sends the manifest of what it can read with a class action', async () => {
    const { call, conductor } = setUp();
    call.resolves(makeInstance());
    await conductor.instances.get(UUID, ['flavor']);
    const versions = call.args[0]?.[0].args['object_versions'] as Record<string, string>;
    assert.deepEqual([versions['Instance'], versions['Flavor']], ['2.7', '1.2']);
  });

  it("a lost word to the schedulers is nobody's failure", async () => {
    const { fanout, conductor } = setUp();
    fanout.rejects(failure('Unavailable'));
    await conductor.scheduler.instanceDeleted(UUID);
    assert.equal(fanout.callCount, 1);
  });
});
