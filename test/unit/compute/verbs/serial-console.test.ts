import assert from 'node:assert/strict';
import { createHandlers } from '../../../../src/compute/manager.js';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { containerState, fakeParts, makeInstance, makeRequest, UUID } from '../parts.js';

type Fake = ReturnType<typeof fakeParts>;

function call(fake: Fake, method: string, args: Record<string, unknown>, instance = makeInstance()): Promise<unknown> {
  const handler = createHandlers(fake.parts).get(method);
  return Promise.resolve(handler?.(makeRequest(method, { instance, ...args }, { isCall: true })));
}

const show = (fake: Fake, instance = makeInstance(), type = 'serial'): Promise<unknown> =>
  call(fake, 'get_serial_console', { console_type: type }, instance);
const validate = (fake: Fake, port = '10000', type = 'serial'): Promise<unknown> =>
  call(fake, 'validate_console_port', { port, console_type: type });

const failsAs = (name: string) => (error: { nova?: { name: string } }) => error.nova?.name === name;

describe('compute/verbs/serial-console', () => {
  it('gives the address of the proxy with a token of conductor', async () => {
    const fake = fakeParts();
    assert.deepEqual(await show(fake), {
      host: '192.0.2.1',
      port: 10_000,
      internal_access_path: null,
      token: 'secret',
      access_url: 'ws://proxy/?token=secret',
    });
    assert.deepEqual(fake.conductor.consoleTokens.authorize.args, [
      [{ host: '192.0.2.1', port: 10_000, type: 'serial', instanceUuid: UUID, accessUrlBase: 'ws://proxy/' }, 600_000],
    ]);
    assert.ok(fake.consoles.allot.calledOnceWith(UUID));
    const { args: [, , ttlMs] = [] } = fake.consoles.allot.firstCall;
    assert.ok(Number(ttlMs) > 600_000, 'the port is held longer than the token');
  });

  it('asks whether the port is the one, in the words of the proxy', async () => {
    const fake = fakeParts();
    assert.equal(await validate(fake), true);
    assert.deepEqual(fake.consoles.admit.args, [[UUID, 10_000]]);
    for (const port of ['', 'x', '10000 ', '-1', '100000']) assert.equal(await validate(fake, port), false);
    assert.equal(fake.consoles.admit.callCount, 1);
  });

  it('refuses as nova-api expects it', async () => {
    const fake = fakeParts();
    fake.containers.state.resolves(containerState(POWER_STATE.SHUTDOWN));
    await assert.rejects(show(fake), failsAs('InstanceNotReady'));
    await assert.rejects(validate(fake), failsAs('InstanceNotReady'));
    fake.containers.state.resolves(undefined);
    await assert.rejects(show(fake), failsAs('InstanceNotFound'));
    await assert.rejects(show(fake, makeInstance({ vm_state: 'building' })), failsAs('InstanceNotReady'));
    await assert.rejects(show(fake, makeInstance(), 'novnc'), failsAs('ConsoleTypeInvalid'));
    await assert.rejects(validate(fake, '10000', 'novnc'), failsAs('ConsoleTypeInvalid'));
    assert.deepEqual([fake.consoles.allot.callCount, fake.consoles.admit.callCount], [0, 0]);
  });

  it('is none where the operator has not switched it on', async () => {
    const fake = fakeParts();
    const parts = { ...fake, parts: { ...fake.parts, settings: { ...fake.parts.settings, serialConsole: null } } };
    await assert.rejects(show(parts), failsAs('ConsoleTypeUnavailable'));
    await assert.rejects(validate(parts), failsAs('ConsoleTypeInvalid'));
  });

  it('ends with the server', async () => {
    const fake = fakeParts();
    await call(fake, 'terminate_instance', { bdms: [] });
    assert.ok(fake.consoles.close.calledOnceWith(UUID));
    assert.ok(fake.consoles.close.calledAfter(fake.containers.remove));
  });
});
