import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { exceptionPayload, exceptionRepr, faultInfo } from '../../../src/notify/exception.js';

const NOT_FOUND = new ServiceError('NotFound', 'Instance i1 could not be found.', {
  nova: { name: 'InstanceNotFound', code: 404, kwargs: { instance_id: 'i1' } },
});

/** Thrown value -> its repr(), message and code. */
const CASES: readonly (readonly [string, unknown, string, string, number])[] = [
  [
    "an exception of nova's",
    NOT_FOUND,
    `{'kwargs': {'instance_id': 'i1', 'code': 404}, 'message': 'Instance i1 could not be found.', 'class': 'InstanceNotFound'}`,
    'Instance i1 could not be found.',
    404,
  ],
  [
    'an error without a name for nova',
    new ServiceError('Timeout', 'The engine is slow.'),
    `{'kwargs': {'code': 500}, 'message': 'The engine is slow.', 'class': 'Timeout'}`,
    'The engine is slow.',
    500,
  ],
  ['what cannot be done', new ServiceError('Unsupported', ''), 'NotImplementedError()', '', 500],
  ['a slip', new TypeError(`it's null`), `TypeError("it's null")`, 'TypeError', 500],
  ['anything', 'text', 'Error()', 'Error', 500],
];

describe('exception', () => {
  for (const [what, error, repr, message, code] of CASES) {
    it(what, () => {
      assert.equal(exceptionRepr(error), repr);
      assert.deepEqual(faultInfo(error), { exception: repr, message, code });
    });
  }

  it('cuts a long message as nova does', () => {
    const info = faultInfo(new ServiceError('Internal', 'x'.repeat(300)));
    assert.equal((info['message'] as string).length, 255);
  });

  it('as object: class, message, and where it came from', () => {
    const error = new ServiceError('Conflict', 'taken', { cause: new Error('the reason') });
    error.stack = [
      'ServiceError: taken',
      '    at Object.request (node:internal/http:1:1)',
      '    at async spawn (file:///opt/service/dist/compute/verbs/build.js:80:3)',
      '    at async file:///opt/service/dist/compute/pipeline.js:9:9',
    ].join('\n');
    const payload = exceptionPayload(error);
    assert.deepEqual(payload.changes(), []);
    assert.equal(payload.get('exception'), 'Conflict');
    assert.equal(payload.get('exception_message'), 'taken');
    assert.equal(payload.get('module_name'), 'compute.verbs.build');
    assert.equal(payload.get('function_name'), 'spawn');
    assert.match(payload.get('traceback'), /ServiceError: taken[\s\S]*caused by Error: the reason/);
  });

  it('knows the place of an error that was thrown here, also in a method or without a name', () => {
    const anonymous = (stack: string): string => {
      const error = new Error('x');
      error.stack = stack;
      const payload = exceptionPayload(error);
      return `${payload.get('module_name')} ${payload.get('function_name')}`;
    };
    assert.equal(anonymous('Error: x\n    at new Outbox (/a/src/notify/outbox.ts:1:1)'), 'notify.outbox Outbox');
    assert.equal(
      anonymous('Error: x\n    at Notifier.usage (/a/src/notify/notifier.ts:1:1)'),
      'notify.notifier Notifier.usage',
    );
    assert.equal(anonymous('Error: x\n    at /a/src/app.ts:1:1'), 'app unknown');
    assert.equal(anonymous('Error: x\n    at f (node:fs:1:1)'), 'unknown unknown');
    assert.equal(anonymous(''), 'unknown unknown');
  });
});
