import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import type { RpcRequest } from '../../../src/oslo/index.js';
import { PythonPeer, type PeerAnswer } from './peer.js';
import { context, rigs, uniqueTopic, until, type Rig } from './rig.js';
import { anyBrokerUrl } from './shared-broker.js';

function pick(object: object | undefined, keys: readonly string[]): unknown[] {
  return keys.map((key) => (object as Record<string, unknown> | undefined)?.[key]);
}

describe('with the real oslo.messaging as peer', function () {
  const rig = rigs();
  let us: Rig;
  let peer: PythonPeer;
  const userContext = {
    user_id: 'u1',
    project_id: 'p1',
    auth_token: 'token-of-u1',
    roles: ['member', 'reader'],
    request_id: 'req-77777777-2222-3333-4444-555555555555',
    user_domain_id: 'default',
  };

  before(async () => {
    peer = new PythonPeer(await anyBrokerUrl());
  });
  after(() => peer.stop());
  beforeEach(async () => {
    us = rig(await anyBrokerUrl());
  });

  describe('it calls us', () => {
    let topic: string;
    let seen: RpcRequest[];
    const ask = (op: 'call' | 'cast' | 'fanout', method: string, command: object = {}): Promise<PeerAnswer> =>
      peer.ask(op, { topic, ...(op !== 'fanout' && { server: 'us' }), version: '6.0', method, ...command });

    beforeEach(async () => {
      topic = uniqueTopic();
      seen = [];
      const fail = (name: string, module?: string, kwargs: Record<string, unknown> = {}) =>
        new ServiceError('NotFound', `about ${name}`, {
          nova: { name, kwargs, ...(module !== undefined && { module }) },
        });
      const note = (request: RpcRequest): Promise<unknown> => Promise.resolve(void seen.push(request));
      await us.serve(topic, {
        note,
        echo: (request) => Promise.resolve(request.args),
        nothing: () => Promise.resolve(undefined),
        slow: (request) =>
          new Promise((resolve) => setTimeout(resolve, Number(request.args['seconds']) * 1000, 'done')),
        fail: (request) =>
          Promise.reject(
            fail(
              String(request.args['name']),
              request.args['module'] as string | undefined,
              request.args['kwargs'] as Record<string, unknown> | undefined,
            ),
          ),
        unsupported: () => Promise.reject(new ServiceError('Unsupported', 'containers cannot do this')),
        bug: () => Promise.reject(new TypeError('oops')),
      });
    });

    it('and gets results of every shape', async () => {
      const args = {
        text: 'grüße 日本',
        number: 1.5,
        big: 4_294_967_296,
        list: [1, null, true],
        nested: { a: { b: [] } },
      };
      assert.deepEqual((await ask('call', 'echo', { args })).result, args);
      assert.equal((await ask('call', 'nothing')).result, null);
    });

    it('or any of us, without saying a host', async () => {
      assert.deepEqual((await peer.ask('call', { topic, version: '6.0', method: 'echo', args: { a: 1 } })).result, {
        a: 1,
      });
    });

    it('with a user’s context, which arrives whole', async () => {
      await ask('cast', 'note', { args: { a: 1 }, context: userContext });
      await until(() => seen.length === 1);
      assert.deepEqual(
        pick(seen[0]?.context, ['userId', 'projectId', 'authToken', 'roles', 'requestId', 'userDomainId', 'isAdmin']),
        ['u1', 'p1', 'token-of-u1', ['member', 'reader'], userContext.request_id, 'default', false],
      );
      assert.deepEqual([seen[0]?.isCall, seen[0]?.attempt, seen[0]?.fromInbox], [false, 1, false]);
    });

    it('and all of us at once', async () => {
      await ask('fanout', 'note', { args: { to: 'all' } });
      await until(() => seen.length === 1);
      assert.deepEqual(seen[0]?.args, { to: 'all' });
    });

    const exceptions: readonly [name: string, command: object, is: string[]][] = [
      [
        'InstanceNotFound',
        { kwargs: { instance_id: 'x', code: 404 } },
        ['InstanceNotFound', 'NotFound', 'NovaException'],
      ],
      ['ConsoleNotAvailable', {}, ['ConsoleNotAvailable', 'NotFound']],
      ['InstanceNotReady', { kwargs: { instance_id: 'x' } }, ['InstanceNotReady', 'Invalid']],
      ['MigrationPreCheckError', {}, ['MigrationPreCheckError']],
      [
        'UnexpectedTaskStateError',
        { kwargs: { instance_uuid: 'u', expected: {}, actual: {} } },
        ['UnexpectedTaskStateError'],
      ],
      ['NotImplementedError', { module: 'builtins' }, ['NotImplementedError']],
    ];
    for (const [name, command, is] of exceptions) {
      it(`and catches ${name}`, async () => {
        const answer = await ask('call', 'fail', { args: { name, ...command } });
        for (const ancestor of is)
          assert.ok(answer.mro?.includes(ancestor), `${JSON.stringify(answer.mro)} has ${ancestor}`);
        assert.match(answer.text ?? '', new RegExp(`about ${name}`));
      });
    }

    it('and catches NotImplementedError for what is not supported', async () => {
      const answer = await ask('call', 'unsupported');
      assert.deepEqual(
        [answer.error, answer.text?.split('\n')[0]],
        ['NotImplementedError', 'containers cannot do this'],
      );
    });

    it('and sees a bug of ours as RemoteError with our stack', async () => {
      const answer = await ask('call', 'bug');
      assert.deepEqual([answer.error, answer.remote], ['RemoteError', 'TypeError']);
      assert.match(answer.text ?? '', /peers\.test\.ts/);
    });

    it('and hears of a version or method that we do not serve', async () => {
      assert.equal((await ask('call', 'echo', { version: '6.6' })).remote, 'UnsupportedVersion');
      assert.equal((await ask('call', 'echo', { namespace: 'other' })).remote, 'UnsupportedVersion');
      assert.equal((await ask('call', 'no_such')).remote, 'NoSuchMethod');
    });

    it('and waits longer than its monitor timeout while our heartbeats come', async () => {
      const answer = await ask('call', 'slow', { args: { seconds: 5 }, monitor: 2, timeout: 20 });
      assert.equal(answer.result, 'done');
    });

    it('and is not disturbed by heartbeats when it has no monitor', async () => {
      assert.equal((await ask('call', 'slow', { args: { seconds: 2 } })).result, 'done');
    });
  });

  describe('we call it', () => {
    const topic = uniqueTopic();
    before(() => peer.ask('serve', { topic, server: 'them' }));
    const call = (method: string, args: object = {}, changes: object = {}): Promise<unknown> =>
      us.call(topic, method, args, { server: 'them', version: '2.0', ...changes });
    const lastSeen = async (
      method: string,
    ): Promise<{ args: unknown; context: Record<string, unknown> } | undefined> => {
      const seen = (await peer.ask('seen')).result as {
        method: string;
        args: unknown;
        context: Record<string, unknown>;
      }[];
      return seen.findLast((request) => request.method === method);
    };

    it('and get results', async () => {
      const args = { text: 'grüße 日本', number: 1.5, list: [1, null, true], nested: { a: { b: [] } } };
      assert.deepEqual(await call('echo', args), args);
      assert.deepEqual(await call('ping', { arg: 'x' }, { namespace: 'named', version: '1.0' }), {
        service: 'peer',
        arg: 'x',
      });
    });

    it('many at once, each with its own answer', async () => {
      const numbers = Array.from({ length: 100 }, (_, number) => number);
      assert.deepEqual(
        await Promise.all(numbers.map((number) => call('echo', { number }))),
        numbers.map((number) => ({ number })),
      );
    });

    it('with a context that nova reads as we meant it', async () => {
      const user = {
        ...context,
        isAdmin: false,
        userId: 'u9',
        projectId: 'p9',
        roles: ['member'],
        authToken: 'tok',
        userDomainId: 'default',
      };
      await call('echo', { a: 1 }, { context: user });
      const keys = ['user_id', 'project_id', 'is_admin', 'roles', 'auth_token', 'request_id', 'user_domain'];
      assert.deepEqual(pick((await lastSeen('echo'))?.context, keys), [
        'u9',
        'p9',
        false,
        ['member'],
        'tok',
        context.requestId,
        'default',
      ]);
    });

    it('casts and fanouts arrive', async () => {
      await us.client.cast({ topic, server: 'them', version: '2.0', method: 'note', args: { by: 'cast' }, context });
      await until(async () => JSON.stringify((await lastSeen('note'))?.args) === '{"by":"cast"}');
      await us.client.fanout({ topic, version: '2.0', method: 'note', args: { by: 'fanout' }, context });
      await until(async () => JSON.stringify((await lastSeen('note'))?.args) === '{"by":"fanout"}');
    });

    it('and tell what it raises by class', async () => {
      await assert.rejects(call('missing', { uuid: 'x' }), (error: ServiceError) => {
        assert.deepEqual(
          [error.kind, error.nova?.name, error.message],
          ['NotFound', 'InstanceNotFound', 'Instance x could not be found.'],
        );
        assert.deepEqual([error.nova?.code, error.nova?.kwargs], [404, { instance_id: 'x', code: 404 }]);
        return true;
      });
      await assert.rejects(call('state'), (error: ServiceError) => {
        assert.equal(error.kind, 'Conflict');
        assert.deepEqual(error.nova?.kwargs?.['actual'], { task_state: 'deleting' });
        return true;
      });
      await assert.rejects(call('broken'), { kind: 'Internal', message: 'no such thing' });
      await assert.rejects(call('unsupported'), { kind: 'Unsupported' });
      await assert.rejects(call('no_such'), { kind: 'Unsupported', message: /RPC method no_such/ });
      await assert.rejects(call('echo', {}, { version: '9.0' }), { kind: 'Unsupported' });
    });

    it('and wait longer than the monitor timeout while its heartbeats come', async () => {
      assert.equal(await call('slow', { seconds: 5 }, { callMonitorTimeoutS: 2, timeoutMs: 20_000 }), 'done');
    });

    it('and give up when the time is over', async () => {
      await assert.rejects(call('slow', { seconds: 3 }, { timeoutMs: 1000 }), {
        kind: 'Timeout',
        message: /no reply within 1 s/,
      });
      await assert.rejects(call('echo', {}, { server: 'nobody', timeoutMs: 500 }), { kind: 'Timeout' });
    });

    it('and give up early without sign of life', async () => {
      await assert.rejects(call('echo', {}, { server: 'nobody', timeoutMs: 20_000, callMonitorTimeoutS: 1 }), {
        kind: 'Timeout',
        message: /no sign of life/,
      });
    });

    it('and give up when we are told to', async () => {
      const controller = new AbortController();
      const calling = call('slow', { seconds: 3 }, { signal: controller.signal });
      controller.abort(new Error('stop'));
      await assert.rejects(calling, { message: 'stop' });
    });
  });

  it('both read what the other compressed', async () => {
    const url = await anyBrokerUrl();
    const squeezed = new PythonPeer(url, { kombu_compression: 'gzip' });
    try {
      const [theirs, ours] = [uniqueTopic(), uniqueTopic()];
      const packing = rig(url, { kombuCompression: 'gzip' });
      await squeezed.ask('serve', { topic: theirs, server: 'them' });
      await packing.serve(ours, { echo: (request) => Promise.resolve(request.args) });
      const args = { text: 'x'.repeat(10_000) };
      assert.deepEqual(await packing.call(theirs, 'echo', args, { server: 'them', version: '2.0' }), args);
      assert.deepEqual(
        (await squeezed.ask('call', { topic: ours, server: 'us', version: '6.0', method: 'echo', args })).result,
        args,
      );
    } finally {
      await squeezed.stop();
    }
  });
});
