import assert from 'node:assert/strict';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { newKey } from '../../../../src/compute/carry/seal.js';
import { sealing, unsealing } from '../../../../src/compute/carry/seal-stream.js';
import { kindOf } from '../../../../src/errors/kinds.js';

/** All that comes out; what came before a failure is not given, as nobody may use it. */
async function through(chunks: readonly Uint8Array[], way: Transform): Promise<Buffer> {
  const out: Buffer[] = [];
  await pipeline(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), way, async (source) => {
    for await (const chunk of source as AsyncIterable<Buffer>) out.push(chunk);
  });
  return Buffer.concat(out);
}

/** The same bytes, in other pieces. */
function cut(bytes: Buffer, size: number): Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_one, nth) => bytes.subarray(nth * size, (nth + 1) * size));
}

const KEY = newKey();
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 100 }), { maxLength: 20 });

describe('compute/carry/seal-stream', () => {
  it('gives back what was sealed, in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 50 }), async (sent, size) => {
        const sealed = await through(sent, sealing(KEY, 'memory'));
        assert.deepEqual(await through(cut(sealed, size), unsealing(KEY, 'memory')), Buffer.concat(sent));
      }),
      { numRuns: 50 },
    );
  });

  const memory = [Buffer.from('secret in memory')];

  it('shows nothing of it', async () => {
    assert.ok(!(await through(memory, sealing(KEY, 'memory'))).includes('secret'));
  });

  const changes: [what: string, change: (sealed: Buffer) => Buffer, key?: string, about?: string][] = [
    ['has another key', (sealed) => sealed, newKey()],
    ['is about another server', (sealed) => sealed, KEY, 'another'],
    ['was cut', (sealed) => sealed.subarray(0, -1)],
    ['has nothing', () => Buffer.alloc(0)],
    ['is shorter than its frame', (sealed) => sealed.subarray(0, 20)],
    ['was changed', (sealed) => Buffer.from(sealed.map((byte, nth) => (nth === 15 ? byte ^ 1 : byte)))],
  ];
  for (const [what, change, key = KEY, about = 'memory'] of changes) {
    it(`fails for what ${what}`, async () => {
      const sealed = change(await through(memory, sealing(KEY, 'memory')));
      await assert.rejects(through([sealed], unsealing(key, about)), (error) => kindOf(error) === 'Invalid');
    });
  }
});
