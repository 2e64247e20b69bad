import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { create, dehydrate, expectObject, hydrate, isObject, NovaObject } from '../../../src/objects/index.js';

const tag = create('Tag', { tag: 'a' });

describe('hydrate and dehydrate', () => {
  it('finds objects at any depth and leaves the rest', () => {
    const json = { a: [1, null, { b: tag.toPrimitive() }], c: 'x' };
    const value = hydrate(structuredClone(json)) as { a: [number, null, { b: unknown }] };
    assert.ok(isObject(value.a[2].b, 'Tag'));
    assert.deepEqual(dehydrate(value), json);
  });

  it('leaves objects alone that are objects already', () => {
    assert.equal((hydrate({ tag }) as { tag: unknown }).tag, tag);
  });

  it('writes sets as lists and bare times as Python does', () => {
    const value = { set: new Set([tag, 1]), at: new Date('2026-11-22T18:15:42Z') };
    assert.deepEqual(dehydrate(value), { set: [tag.toPrimitive(), 1], at: '2026-11-22T18:15:42.000000' });
  });

  it('is not fooled by names', () => {
    const json = JSON.parse('{"__proto__": {"a": 1}, "constructor": {"nova_object": 2}}') as unknown;
    const value = hydrate(json) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(JSON.stringify(dehydrate(value)), '{"__proto__":{"a":1},"constructor":{"nova_object":2}}');
    const odd = { ...tag.toPrimitive(), 'nova_object.name': 'constructor' };
    assert.deepEqual(dehydrate(hydrate(odd)), odd);
  });

  it('keeps a map that only looks like an object', () => {
    assert.throws(() => hydrate({ 'nova_object.name': 'Tag' }), ServiceError);
  });

  it('tells objects apart', () => {
    assert.equal(isObject(tag, 'TagList'), false);
    assert.equal(isObject({}, 'Tag'), false);
    assert.equal(expectObject(tag, 'Tag', 'tag'), tag);
    assert.throws(
      () => expectObject(tag, 'Instance', 'instance'),
      (error) =>
        error instanceof ServiceError && error.kind === 'Invalid' && /^instance: .* Instance$/.test(error.message),
    );
    assert.ok(tag instanceof NovaObject);
  });
});
