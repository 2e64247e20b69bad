import assert from 'node:assert/strict';
import { decodeEnvelope, decodeRequest } from '../../../src/oslo/index.js';
import { encodeFailure } from '../../../src/oslo/failure.js';
import { readyCall, ReplyReader } from '../../../tools/measure/load-envelope.js';

const hex = (digit: string): string => digit.repeat(32);

/** As Python writes JSON. */
function spaced(value: object): string {
  return JSON.stringify(value, null, 1)
    .replaceAll(/(?<=[{[])\n */g, '')
    .replaceAll(/\n *(?=[}\]])/g, '')
    .replaceAll(/\n */g, ' ');
}

/** A reply as oslo.messaging writes it (with blanks), or we do (without). */
function reply(content: { result: unknown; failure?: string | null; ending?: boolean }, blanks: boolean): Buffer {
  const { result, failure = null, ending = true } = content;
  const text = blanks ? spaced : JSON.stringify;
  const message = text({ result, failure, ending, _msg_id: hex('1'), _unique_id: hex('2') });
  return Buffer.from(text({ 'oslo.version': '2.0', 'oslo.message': message }));
}

describe('tools: calls of the load generator', () => {
  it('are requests that a server reads, each with ids of its own', () => {
    const call = readyCall('echo', { arg: 'ü' }, 'reply_1');
    for (const digit of ['3', '4']) {
      const request = decodeRequest(decodeEnvelope(call.body(hex(digit), hex('5'))));
      assert.deepEqual(
        [request.method, request.args, request.uniqueId, request.replyTo],
        ['echo', { arg: 'ü' }, hex('5'), { messageId: hex(digit), replyQueue: 'reply_1', monitorTimeoutS: null }],
      );
    }
  });

  for (const blanks of [true, false]) {
    it(`are answered by a whole echo, ${blanks ? 'with' : 'without'} blanks`, () => {
      const reader = new ReplyReader({ arg: 1 });
      for (let n = 0; n < 3; n += 1) assert.equal(reader.messageIdOf(reply({ result: { arg: 1 } }, blanks)), hex('1'));
    });

    it(`find out a failure, a sign of life, and what is longer, ${blanks ? 'with' : 'without'} blanks`, () => {
      const reader = new ReplyReader({ arg: 1 });
      reader.messageIdOf(reply({ result: { arg: 1 } }, blanks));
      const bad = [
        { result: null, failure: encodeFailure(new Error('no')) },
        { result: null, ending: false },
        { result: { arg: 10 } },
        { result: null },
      ];
      for (const content of bad) assert.throws(() => reader.messageIdOf(reply(content, blanks)));
      assert.throws(() => reader.messageIdOf(reply({ result: { arg: 1 } }, blanks).subarray(0, -1)));
    });
  }

  it('find out garbage of the right length, if not at once', () => {
    const reader = new ReplyReader({ arg: 1 });
    reader.messageIdOf(reply({ result: { arg: 1 } }, false));
    const garbage = reply({ result: { arg: 2 } }, false);
    assert.throws(() => {
      for (let n = 0; n < 1000; n += 1) reader.messageIdOf(garbage);
    }, /not what was sent/);
  });
});
