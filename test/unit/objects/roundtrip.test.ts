import assert from 'node:assert/strict';
import fc from 'fast-check';
import { definitionOf } from '../../../src/objects/definitions.js';
import { dehydrate, hydrate, NovaObject, ObjectValidator, type Primitive } from '../../../src/objects/index.js';
import { anyObject, objectNames, ofObject } from './arbitrary.js';
import { visit } from './visit.js';

type Json = Record<string, unknown>;

function dataOf(primitive: Primitive): Json {
  return { ...primitive['nova_object.data'] };
}

describe('any valid object', () => {
  const validator = new ObjectValidator();

  it('is valid, decodes, and encodes to the same JSON', () => {
    fc.assert(
      fc.property(anyObject, (primitive) => {
        validator.validate(primitive);
        const before = JSON.stringify(primitive);
        const object = hydrate(primitive);
        visit(object);
        assert.equal(JSON.stringify(dehydrate(object)), before);
      }),
      { numRuns: 100 },
    );
  });

  it('passes with fields and objects that nobody knows', () => {
    const unknown = fc.tuple(
      anyObject,
      fc.string().map((key) => `new_${key}`),
      fc.oneof(
        fc.jsonValue(),
        ofObject('Tag'),
        anyObject.map((held) => ({ ...held, 'nova_object.name': 'Novelty' })),
      ),
    );
    fc.assert(
      fc.property(unknown, ([primitive, field, value]) => {
        const sent = {
          ...primitive,
          'nova_object.version': primitive['nova_object.version'].replace(/\d+$/, '999'),
          'nova_object.data': { ...dataOf(primitive), [field]: value },
          'nova_object.changes': [...(primitive['nova_object.changes'] ?? []), field],
        };
        validator.validate(sent);
        const before = JSON.stringify(sent);
        const object = hydrate(sent);
        visit(object);
        assert.equal(JSON.stringify(dehydrate(object)), before);
      }),
    );
  });

  it('changes in one field, and in what it says has changed, when that field is set', () => {
    const pair = fc.constantFrom(...objectNames).chain((name) => fc.tuple(ofObject(name, 2), ofObject(name, 2)));
    const picked = pair.chain(([one, other]) => {
      const fields = Object.keys(other['nova_object.data']);
      return fc.tuple(fc.constant(one), fc.constant(other), fc.constantFrom(...fields, undefined));
    });
    fc.assert(
      fc.property(picked, ([one, other, field]) => {
        if (field === undefined) return;
        const object = new NovaObject(structuredClone(one));
        object.set(field as never, new NovaObject(structuredClone(other)).peekUntyped(field) as never);
        const expected = {
          ...one,
          'nova_object.data': { ...dataOf(one), [field]: dataOf(other)[field] },
          'nova_object.changes': [...new Set([...(one['nova_object.changes'] ?? []), field])],
        };
        assert.deepEqual(object.toPrimitive(), expected);
      }),
      { numRuns: 100 },
    );
  });

  it('has each of its fields unset, null or set', () => {
    fc.assert(
      fc.property(ofObject('Instance', 1), (primitive) => {
        const object = new NovaObject<'Instance'>(structuredClone(primitive));
        for (const field of definitionOf('Instance')?.fields.keys() ?? []) {
          const sent = Object.hasOwn(primitive['nova_object.data'], field);
          const isNull = sent && primitive['nova_object.data'][field] === null;
          const value = object.peekUntyped(field);
          assert.equal(object.has(field as 'uuid'), sent);
          assert.equal(value === undefined, !sent);
          assert.equal(value === null, isNull);
        }
      }),
    );
  });

  it('is the same after a clone', () => {
    fc.assert(
      fc.property(anyObject, (primitive) => {
        const object = new NovaObject(structuredClone(primitive));
        assert.deepEqual(object.clone().toPrimitive(), primitive);
      }),
    );
  });
});
