import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatEntryName, keyOf, parseEntryName } from '../../../../src/oslo/inbox/entry-name.js';

describe('names of inbox files', () => {
  it('are read back, and sort by arrival', () => {
    const names = fc.record(
      {
        sequence: fc.nat(),
        key: fc.string().map(keyOf),
        attempts: fc.nat(999_999_999),
        unended: fc.integer({ min: 0, max: 999 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(names, names, (one, other) => {
        assert.deepEqual(parseEntryName(formatEntryName(one)), one);
        if (one.sequence < other.sequence) assert.ok(formatEntryName(one) < formatEntryName(other));
      }),
    );
  });

  it('never leave the folder, whatever a stranger sends as id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom('../x', '..', '/', 'a/b', '')), (id) =>
        assert.match(keyOf(id), /^[\w-]{1,64}$/),
      ),
    );
  });

  it('an id as we make them is its own key; different ids have different keys', () => {
    assert.equal(keyOf('62bc830e911b43858790e86cc26ee13e'), '62bc830e911b43858790e86cc26ee13e');
    assert.notEqual(keyOf('a/b'), keyOf('a.b'));
  });

  for (const name of [
    'x.json',
    '1-a.0.0.json',
    '0000000000000001-a.json',
    '0000000000000001-a.0.json',
    '0000000000000001-a.0.0.json.bak',
    '0000000000000001-../a.0.0.json',
  ]) {
    it(`${name} is none`, () => assert.equal(parseEntryName(name), undefined));
  }
});
