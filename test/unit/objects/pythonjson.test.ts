import assert from 'node:assert/strict';
import { pythonJson } from '../../../src/objects/pythonjson.js';

const cases: readonly (readonly [unknown, string])[] = [
  [[], '[]'],
  [{}, '{}'],
  [[1, 'a', null, true, false], '[1, "a", null, true, false]'],
  [{ a: { b: [] }, c: 1 }, '{"a": {"b": []}, "c": 1}'],
  ['é', '"\\u00e9"'],
  ['🖥', '"\\ud83d\\udda5"'],
  ['\ud800', '"\\ud800"'],
  ['"\\/\b\f\n\r\t\u0001\u007f', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u007f"'],
  [0.1, '0.1'],
  [-2.5, '-2.5'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-12, '1.5e-12'],
  [{ a: undefined, b: 1 }, '{"b": 1}'],
];

describe('JSON in the manner of Python', () => {
  for (const [value, text] of cases) {
    it(`writes ${text}`, () => assert.equal(pythonJson(value), text));
  }

  for (const value of [NaN, Infinity, [undefined], 1n, () => 1]) {
    it(`refuses ${String(value)}`, () => assert.throws(() => pythonJson(value), TypeError));
  }
});
