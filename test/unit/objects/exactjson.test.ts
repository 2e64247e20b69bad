import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readJson, writeJson } from '../../../src/objects/exactjson.js';
import { pythonJson } from '../../../src/objects/pythonjson.js';

/** Texts that Python writes, with what a JavaScript value does not hold: 1.0, long numbers, numbers for names. */
const { text } = fc.letrec<{ text: string; leaf: string; list: string; map: string }>((tie) => ({
  text: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('map')),
  leaf: fc.oneof(
    fc.integer().map(String),
    fc.constantFrom('1.0', '-0.0', '0', '1e-05', '1e+16', '12345678901234567890', '0.1', 'true', 'false', 'null'),
    fc.string({ unit: 'binary', maxLength: 5 }).map((value) => pythonJson(value)),
  ),
  list: fc.array(tie('text'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
  map: fc
    .uniqueArray(fc.tuple(fc.constantFrom('b', 'a', '10', '2', '__proto__', '01', 'é'), tie('text')), {
      selector: ([key]) => key,
      maxLength: 4,
    })
    .map((entries) => `{${entries.map(([key, value]) => `${pythonJson(key)}: ${value}`).join(', ')}}`),
}));

describe('JSON inside of texts', () => {
  it('gives the text that it came from', () => {
    fc.assert(
      fc.property(
        text.filter((one) => /^[[{]/.test(one)),
        (one) => assert.equal(writeJson(readJson(one)), one),
      ),
      { numRuns: 500 },
    );
  });

  it('reads the same values as JSON.parse', () => {
    fc.assert(fc.property(text, (one) => assert.deepEqual(readJson(one), JSON.parse(one))));
  });

  it('shows what was changed and keeps the rest', () => {
    const [first] = readJson('[{"10": 1.0, "2": 2.0, "b": [3.0, 4.0]}]') as [Record<string, unknown>];
    assert.equal(writeJson([{ ...first, '10': 5 }]), '[{"2": 2, "10": 5, "b": [3.0, 4.0]}]');
    first['2'] = 7;
    assert.equal(writeJson([first]), '[{"10": 1.0, "2": 7, "b": [3.0, 4.0]}]');
    delete first['10'];
    assert.equal(writeJson([first]), '[{"2": 7, "b": [3.0, 4.0]}]');
    first['c'] = 1;
    assert.equal(writeJson([first]), '[{"2": 7, "b": [3.0, 4.0], "c": 1}]');
  });

  it('writes a text of other spacing in the manner of Python', () => {
    assert.equal(writeJson(readJson('[ {"a":1,"b" : 1.0} ]')), '[{"a": 1, "b": 1.0}]');
  });

  it('tells a text that is no JSON', () => {
    for (const wrong of ['', '[', '{"a"}', 'NaN', '[1]]']) assert.equal(readJson(wrong), undefined);
  });
});
