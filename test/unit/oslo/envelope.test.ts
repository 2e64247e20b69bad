import assert from 'node:assert/strict';
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { compress, decompress } from '../../../src/oslo/compression.js';
import { decodeEnvelope, encodeBare, encodeEnvelope } from '../../../src/oslo/envelope.js';

const objects = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);
const body = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

describe('envelope', () => {
  it('reads what it wrote, in the envelope and bare', () => {
    fc.assert(
      fc.property(objects, (message) => {
        assert.deepEqual(decodeEnvelope(encodeEnvelope(message)), message);
        if (!('oslo.version' in message)) assert.deepEqual(decodeEnvelope(encodeBare(message)), message);
      }),
    );
  });

  it('is JSON inside JSON, under two keys', () => {
    const outer = JSON.parse(encodeEnvelope({ method: 'ü' }).toString('utf8')) as Record<string, unknown>;
    assert.deepEqual(outer, { 'oslo.version': '2.0', 'oslo.message': '{"method":"ü"}' });
  });

  it('has the bytes of its JSON in UTF-8, whatever characters and however many', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'binary' }).map((text) => text.repeat(500)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        assert.deepEqual(encodeBare({ text }), Buffer.from(JSON.stringify({ text })));
      }),
    );
  });

  const bad: readonly [name: string, content: unknown, kind: string][] = [
    ['no JSON', '{"secret": ', 'Invalid'],
    ['a list', [1], 'Invalid'],
    ['null', 'null', 'Invalid'],
    ['an inner message that is no JSON', { 'oslo.version': '2.0', 'oslo.message': 'secret' }, 'Invalid'],
    ['an inner message that is no string', { 'oslo.version': '2.0', 'oslo.message': { secret: 1 } }, 'Invalid'],
    ['an inner list', { 'oslo.version': '2.0', 'oslo.message': '["secret"]' }, 'Invalid'],
    ['envelope 2.1', { 'oslo.version': '2.1', 'oslo.message': '{}' }, 'Unsupported'],
    ['envelope 3.0', { 'oslo.version': '3.0', 'oslo.message': '{}' }, 'Unsupported'],
  ];
  for (const [name, content, kind] of bad) {
    it(`refuses ${name} without quoting it`, () => {
      assert.throws(
        () => decodeEnvelope(body(content)),
        (error: { kind: string; message: string; cause?: unknown }) =>
          error.kind === kind && !error.message.includes('secret') && error.cause === undefined,
      );
    });
  }
});

describe('compression', () => {
  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('', 'gzip', 'zlib', 'brotli'), (bytes, method) => {
        const packed = compress(Buffer.from(bytes), method);
        assert.deepEqual(decompress(packed.body, packed.header), Buffer.from(bytes));
      }),
    );
  });

  it('knows kombu’s gzip, which is zlib', () => {
    assert.equal(compress(Buffer.from('x'), 'gzip').header, 'application/x-gzip');
    assert.equal(decompress(deflateSync('text'), 'application/x-gzip').toString(), 'text');
  });

  it('says what to set for a method that it cannot read', () => {
    assert.throws(() => decompress(Buffer.from('x'), 'application/x-bz2'), {
      kind: 'Unsupported',
      message: /kombu_compression of its sender to gzip/,
    });
    assert.throws(() => compress(Buffer.from('x'), 'bz2'), { kind: 'Invalid', message: /use gzip/ });
  });

  it('refuses a body that is not what its header says', () => {
    assert.throws(() => decompress(gzipSync('x'), 'application/x-gzip'), { kind: 'Invalid' });
  });
});
