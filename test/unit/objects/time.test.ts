import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatBareTime, formatIsoTime, parseIsoTime } from '../../../src/objects/time.js';

const read: readonly (readonly [string, string])[] = [
  ['2024-01-02T03:04:05Z', '2024-01-02T03:04:05.000Z'],
  ['2024-01-02T03:04:05', '2024-01-02T03:04:05.000Z'],
  ['2024-01-02 03:04:05', '2024-01-02T03:04:05.000Z'],
  ['2024-01-02T03:04:05+02:00', '2024-01-02T01:04:05.000Z'],
  ['2024-01-02T03:04:05-0530', '2024-01-02T08:34:05.000Z'],
  ['2024-01-02T03:04:05+01', '2024-01-02T02:04:05.000Z'],
  ['2024-01-02T03:04:05.678901', '2024-01-02T03:04:05.678Z'],
  ['2024-01-02T03:04:05.5Z', '2024-01-02T03:04:05.500Z'],
  ['20240102T030405Z', '2024-01-02T03:04:05.000Z'],
  ['2024-01-02', '2024-01-02T00:00:00.000Z'],
  ['0099-01-02T03:04:05Z', '0099-01-02T03:04:05.000Z'],
];

const refused = [
  '',
  'yesterday',
  '2024',
  '2024-13-01T00:00:00Z',
  '2024-02-30T00:00:00Z',
  '2024-01-02T25:00:00Z',
  '12:30',
];

describe('times of objects', () => {
  for (const [text, expected] of read) {
    it(`reads ${text}`, () => assert.equal(parseIsoTime(text)?.toISOString(), expected));
  }

  for (const text of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseIsoTime(text), undefined));
  }

  it('writes fields without fraction and other times without zone', () => {
    const time = new Date('2026-11-22T18:15:42.678Z');
    assert.equal(formatIsoTime(time), '2026-11-22T18:15:42Z');
    assert.equal(formatBareTime(time), '2026-11-22T18:15:42.678000');
  });

  it('reads what it writes', () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (at) => {
        const time = new Date(at * 1000);
        assert.deepEqual(parseIsoTime(formatIsoTime(time)), time);
        assert.deepEqual(parseIsoTime(formatBareTime(time)), time);
      }),
    );
  });
});
