import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from '../../../src/oslo/message.js';
import { contexts } from './contexts.js';

const word = fc.stringMatching(/^[a-z0-9_]{1,12}$/);
const plain = { noNullPrototype: true } as const;
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const requests = fc.record(
  {
    method: word,
    namespace: fc.option(word, { nil: null }),
    version: fc.constantFrom('1.0', '6.1'),
    args: fc.dictionary(word, json, plain),
    context: contexts,
    uniqueId: fc.option(word, { nil: null }),
    replyTo: fc.option(
      fc.record(
        {
          messageId: word,
          replyQueue: word,
          monitorTimeoutS: fc.option(fc.integer({ min: 1, max: 1800 }), { nil: null }),
        },
        plain,
      ),
      { nil: null },
    ),
  },
  plain,
);
const replies = fc.record(
  {
    messageId: word,
    uniqueId: fc.option(word, { nil: null }),
    result: json,
    failure: fc.option(word, { nil: null }),
    ending: fc.boolean(),
  },
  plain,
);

describe('requests and replies', () => {
  it('a request survives the wire', () => {
    fc.assert(fc.property(requests, (request) => assert.deepEqual(decodeRequest(encodeRequest(request)), request)));
  });

  it('a reply survives the wire', () => {
    fc.assert(fc.property(replies, (reply) => assert.deepEqual(decodeReply(encodeReply(reply)), reply)));
  });

  it('nobody is made to fail in another way by a strange message', () => {
    const strange = fc.dictionary(
      fc.constantFrom(
        'method',
        'args',
        'version',
        'namespace',
        '_msg_id',
        '_reply_q',
        '_timeout',
        '_unique_id',
        'failure',
      ),
      json,
    );
    fc.assert(
      fc.property(strange, (message) => {
        for (const decode of [decodeRequest, decodeReply]) {
          try {
            decode(message);
          } catch (error) {
            assert.equal((error as { kind?: string }).kind, 'Invalid');
          }
        }
      }),
    );
  });

  const timeouts: readonly [wire: unknown, seconds: number | null][] = [
    [null, null],
    [0, null],
    [60, 60],
    [60.9, 60],
    ['60', 60],
    ['soon', null],
    [-1, null],
    [true, 1],
  ];
  for (const [wire, seconds] of timeouts) {
    it(`_timeout ${JSON.stringify(wire)} is a call monitor of ${String(seconds)}`, () => {
      const request = decodeRequest({ method: 'm', _msg_id: 'm', _reply_q: 'q', _timeout: wire });
      assert.equal(request.replyTo?.monitorTimeoutS, seconds);
    });
  }

  it('what is missing has upstream’s defaults', () => {
    const { version, namespace, args, replyTo, uniqueId } = decodeRequest({ method: 'm' });
    assert.deepEqual(
      { version, namespace, args, replyTo, uniqueId },
      { version: '1.0', namespace: null, args: {}, replyTo: null, uniqueId: null },
    );
  });

  it('a call without monitor says _timeout null; a cast has no reply keys', () => {
    const request = decodeRequest({ method: 'm', version: '1.0', _unique_id: 'u' });
    assert.deepEqual(
      Object.keys(encodeRequest(request)).filter((key) => !key.startsWith('_context_')),
      ['method', 'args', 'version', '_unique_id'],
    );
    const call = encodeRequest({ ...request, replyTo: { messageId: 'm', replyQueue: 'q', monitorTimeoutS: null } });
    assert.deepEqual([call['_msg_id'], call['_reply_q'], call['_timeout']], ['m', 'q', null]);
  });

  it('a call that says no reply queue is no request', () => {
    assert.throws(() => decodeRequest({ method: 'm', _msg_id: 'x' }), { kind: 'Invalid', message: /_reply_q/ });
  });
});
