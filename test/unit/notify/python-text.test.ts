import assert from 'node:assert/strict';
import { notificationTimestamp, pythonRepr, pythonStr } from '../../../src/notify/python-text.js';

/** Value and what Python 3.11 answered. */
const REPRS: readonly (readonly [unknown, string])[] = [
  ['a', `'a'`],
  [`it's`, `"it's"`],
  ['say "x"', `'say "x"'`],
  [`both ' and "`, `'both \\' and "'`],
  ['tab\tnew\nline\\back', `'tab\\tnew\\nline\\\\back'`],
  ['\x01\x7f', `'\\x01\\x7f'`],
  ['ümlaut', `'ümlaut'`],
  ['', `''`],
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
  [404, '404'],
  [[], '[]'],
  [['a', 1, null], `['a', 1, None]`],
  [{}, '{}'],
  [{ kwargs: { code: 400 }, class: 'X' }, `{'kwargs': {'code': 400}, 'class': 'X'}`],
];

describe('python text', () => {
  for (const [value, expected] of REPRS) {
    it(`repr: ${expected}`, () => assert.equal(pythonRepr(value), expected));
  }

  it('str of a time has a fraction only if there is one', () => {
    assert.equal(pythonStr(new Date('2026-11-01T00:00:00Z')), '2026-11-01 00:00:00');
    assert.equal(pythonStr(new Date('2026-11-22T18:18:45.567Z')), '2026-11-22 18:18:45.567000');
  });

  it('the timestamp of a notification always has one', () => {
    assert.equal(notificationTimestamp(new Date('2026-11-01T00:00:00Z')), '2026-11-01 00:00:00.000000');
  });
});
