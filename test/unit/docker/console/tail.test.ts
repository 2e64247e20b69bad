import { equal } from 'node:assert/strict';
import fc from 'fast-check';
import { unframed } from '../../../../src/docker/console/frames.js';
import { tailText } from '../../../../src/docker/console/tail.js';

function frame(stream: number, text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* cut(data: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let rest = data;
  for (let turn = 0; rest.length > 0; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield await Promise.resolve(rest.subarray(0, size));
    rest = rest.subarray(size);
  }
}

describe('docker/console', () => {
  it('joins the frames of both streams, however they are cut', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ stream: fc.constantFrom(1, 2), text: fc.string({ maxLength: 40 }) })),
        fc.array(fc.integer({ min: 1, max: 23 }), { minLength: 1, maxLength: 5 }),
        async (frames, sizes) => {
          const data = Buffer.concat(frames.map(({ stream, text }) => frame(stream, text)));
          const whole = frames.map(({ text }) => text).join('');
          equal(await tailText(unframed(cut(data, sizes)), 1e6), Buffer.from(whole).toString('utf8'));
        },
      ),
    ));

  it('keeps the end, never more than asked for', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'ß', '€', '😀', '\n'), { maxLength: 200 }),
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 80 }),
        async (characters, size, maxBytes) => {
          const whole = characters.join('');
          const text = await tailText(cut(Buffer.from(whole), [size]), maxBytes);
          equal(whole.endsWith(text), true);
          equal(Buffer.byteLength(text) <= maxBytes, true);
          equal(Buffer.byteLength(text) > Math.min(maxBytes, Buffer.byteLength(whole)) - 4, true);
        },
      ),
    ));

  it('shows bytes that are no text as such', async () => {
    equal(await tailText(cut(Buffer.from([0x61, 0xff, 0x62]), [1]), 100), 'a\ufffdb');
  });
});
