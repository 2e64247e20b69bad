import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { decodeFailure, encodeFailure, noSuchMethod, unsupportedVersion } from '../../../src/oslo/failure.js';

interface Wire {
  readonly class: string;
  readonly module: string;
  readonly message: string;
  readonly tb: string[];
  readonly args: unknown[];
  readonly kwargs: object;
}
const wire = (error: unknown): Wire => JSON.parse(encodeFailure(error)) as Wire;
const unknown = (): undefined => undefined;

describe('failures', () => {
  it('an error with a Nova exception becomes that, as positional message and keywords', () => {
    const error = new ServiceError('NotFound', 'Instance x could not be found.', {
      nova: { name: 'InstanceNotFound', kwargs: { code: 404 } },
    });
    assert.deepEqual(wire(error), {
      class: 'InstanceNotFound',
      module: 'nova.exception',
      message: 'Instance x could not be found.',
      tb: [],
      args: ['Instance x could not be found.'],
      kwargs: { code: 404 },
    });
  });

  it('what is not supported is Python’s NotImplementedError, which takes no keywords', () => {
    const { class: name, module, kwargs } = wire(new ServiceError('Unsupported', 'no'));
    assert.deepEqual([name, module, kwargs], ['NotImplementedError', 'builtins', {}]);
    const named = new ServiceError('Unsupported', 'no', {
      nova: { name: 'NotImplementedError', module: 'builtins', kwargs: { code: 501 } },
    });
    assert.deepEqual(wire(named).kwargs, {});
  });

  it('an error without name shows its kind; a programming error its class and stack', () => {
    assert.deepEqual(
      [wire(new ServiceError('Unavailable', 'x')).class, wire(new ServiceError('Unavailable', 'x')).tb],
      ['Unavailable', []],
    );
    const bug = wire(new TypeError('oops'));
    assert.deepEqual([bug.class, bug.message], ['TypeError', 'oops']);
    assert.ok(bug.tb.some((line) => line.includes('failure.test.ts')));
    assert.equal(wire('a string').message, 'a string');
  });

  it('facts of an error stay at home', () => {
    const error = new ServiceError('NotFound', 'x', { facts: { password: 'geheim' }, cause: new Error('geheim') });
    assert.ok(!encodeFailure(error).includes('geheim'));
  });

  it('the dispatcher’s own are upstream’s', () => {
    assert.deepEqual(
      [wire(noSuchMethod('m')).class, wire(noSuchMethod('m')).module],
      ['NoSuchMethod', 'oslo_messaging.rpc.dispatcher'],
    );
    assert.equal(
      wire(unsupportedVersion('7.0', 'm')).message,
      'Endpoint does not support RPC version 7.0. Attempted method: m',
    );
  });

  const kinds: readonly [name: string, kind: string][] = [
    ['InstanceNotFound', 'NotFound'],
    ['NoSuchMethod', 'Unsupported'],
    ['NotImplementedError', 'Unsupported'],
    ['MessagingTimeout', 'Timeout'],
    ['ValueError', 'Internal'],
  ];
  for (const [name, kind] of kinds) {
    it(`a peer’s ${name} is ${kind}`, () => {
      const failure = JSON.stringify({
        class: name,
        module: 'm',
        message: 'text',
        tb: ['a\n', 'b\n'],
        args: [],
        kwargs: { code: 404, x: 1 },
      });
      const error = decodeFailure(failure, (className) => (className === 'InstanceNotFound' ? 'NotFound' : undefined));
      assert.deepEqual([error.kind, error.message], [kind, 'text']);
      assert.deepEqual(error.nova, { name, module: 'm', kwargs: { code: 404, x: 1 }, code: 404 });
      assert.equal(error.facts['remoteTraceback'], 'a\nb\n');
    });
  }

  it('what a peer raised travels on as the same exception', () => {
    const failure = JSON.stringify({
      class: 'PortInUse',
      module: 'nova.exception',
      message: 'busy',
      tb: ['x'],
      args: [],
      kwargs: { port_id: 'p' },
    });
    const again = wire(decodeFailure(failure, unknown));
    assert.deepEqual(
      [again.class, again.module, again.message, again.kwargs],
      ['PortInUse', 'nova.exception', 'busy', { port_id: 'p' }],
    );
  });

  for (const nonsense of ['', '{', '[]', '"x"', '{"class": 1, "tb": 2, "kwargs": []}']) {
    it(`nonsense is an error all the same: ${nonsense}`, () => {
      const error = decodeFailure(nonsense, unknown);
      assert.deepEqual([error.kind, error.nova?.name], ['Internal', 'RemoteError']);
    });
  }
});
