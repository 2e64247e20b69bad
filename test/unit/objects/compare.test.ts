import assert from 'node:assert/strict';
import { compare, releaseOf } from '../../../tools/objects/compare.js';
import type { Dump, DumpedField, DumpedObject } from '../../../tools/objects/dump.js';
import { fingerprintsOf } from '../../../tools/objects/fingerprint.js';
import { registryOf } from '../../../tools/objects/registry.js';

const text: DumpedField = { type: 'String', nullable: false, readOnly: false };

function dumpOf(objects: Readonly<Record<string, Partial<DumpedObject>>>): Dump {
  const bare = { version: '1.1', fields: {}, methods: {}, parents: [], manifest: {} };
  const full = Object.entries(objects).map(([name, object]) => [name, { ...bare, ...object }] as const);
  return { nova: '26.1.0', objects: Object.fromEntries(full) };
}

const ours = { Tag: { fields: { tag: text, size: { ...text, type: 'Integer' } } } };

const cases: readonly (readonly [
  string,
  Readonly<Record<string, Partial<DumpedObject>>>,
  readonly string[],
  boolean,
])[] = [
  ['nothing', ours, [], true],
  ['a new object', { ...ours, Label: {} }, ['Label: is new'], true],
  ['an object less', {}, ['Tag: is gone'], false],
  [
    'a new field in a new version',
    { Tag: { version: '1.2', fields: { ...ours.Tag.fields, color: text } } },
    ['Tag: version was 1.1, is 1.2', 'Tag: color is new'],
    true,
  ],
  [
    'a field that may be null in a new version',
    { Tag: { version: '1.2', fields: { ...ours.Tag.fields, tag: { ...text, nullable: true } } } },
    ['Tag: version was 1.1, is 1.2', 'Tag: tag was String, is String?'],
    true,
  ],
  [
    'another type of a field',
    { Tag: { version: '1.2', fields: { ...ours.Tag.fields, size: text } } },
    ['Tag: version was 1.1, is 1.2', 'Tag: size was Integer, is String'],
    false,
  ],
  [
    'a field less',
    { Tag: { version: '1.2', fields: { tag: text } } },
    ['Tag: version was 1.1, is 1.2', 'Tag: size is gone'],
    false,
  ],
  ['a new major version', { Tag: { ...ours.Tag, version: '2.0' } }, ['Tag: version was 1.1, is 2.0'], false],
  ['an older version', { Tag: { ...ours.Tag, version: '1.0' } }, ['Tag: version was 1.1, is 1.0'], false],
  [
    'a new field in the same version',
    { Tag: { fields: { ...ours.Tag.fields, color: text } } },
    ['Tag: color is new'],
    false,
  ],
  [
    'another method in the same version',
    { Tag: { ...ours.Tag, methods: { save: ['object', '(self)'] } } },
    ['Tag: an enumeration, a default or a signature changed'],
    false,
  ],
  ['a manifest, which follows from other objects', { Tag: { ...ours.Tag, manifest: { Label: '1.7' } } }, [], true],
];

describe('the check of the definitions', () => {
  const dump = dumpOf(ours);
  const stored = fingerprintsOf(dump, {});
  const registry = registryOf(dump, {});

  for (const [what, theirs, expected, isTolerable] of cases) {
    it(`tells ${what}`, () => {
      const found = compare(stored, registry, dumpOf(theirs));
      assert.deepEqual(
        found.map(({ object, what: told }) => `${object}: ${told}`),
        expected,
      );
      assert.equal(
        found.every((difference) => difference.isTolerable),
        isTolerable,
      );
    });
  }

  it('does not take fields of later releases for differences', () => {
    assert.deepEqual(compare(stored, registryOf(dump, { Tag: { color: 'String' } }), dump), []);
  });

  it('knows releases by their first number', () => {
    assert.equal(releaseOf('26.2.2'), '26');
  });
});
