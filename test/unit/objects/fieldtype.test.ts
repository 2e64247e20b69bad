import assert from 'node:assert/strict';
import { parseFieldType } from '../../../src/objects/fieldtype.js';

const text = { kind: 'plain', nullable: false, asIs: true };
const tag = { kind: 'object', nullable: false, object: 'Tag', asIs: false };

const cases: readonly (readonly [string, unknown])[] = [
  ['String', text],
  ['DiskBus?', { ...text, nullable: true }],
  ['Integer', { kind: 'integer', nullable: false, asIs: false }],
  ['DateTime?', { kind: 'time', nullable: true, asIs: false }],
  ['Object<DeviceBus+>?', { kind: 'object', nullable: true, object: 'DeviceBus', asIs: false }],
  ['List<Object<Tag>>', { kind: 'list', nullable: false, of: tag, object: 'Tag', asIs: false }],
  ['Dict<String?>', { kind: 'dict', nullable: false, of: { ...text, nullable: true }, asIs: true }],
  ['Set<String>?', { kind: 'set', nullable: true, of: text, asIs: false }],
  ['NetworkModel?', { kind: 'vifs', nullable: true, asIs: false }],
];

describe('types of fields', () => {
  for (const [notation, type] of cases) {
    it(`reads ${notation}`, () => assert.deepEqual(parseFieldType(notation), type));
  }

  it('reads collections of collections', () => {
    const { kind, of, asIs } = parseFieldType('Dict<Set<Integer>>?');
    assert.deepEqual([kind, of?.kind, of?.of?.kind, asIs], ['dict', 'set', 'integer', false]);
  });
});
