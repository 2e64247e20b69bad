import assert from 'node:assert/strict';
import { dehydrate, hydrate, NovaObject } from '../../../src/objects/index.js';
import { definitionOf } from '../../../src/objects/definitions.js';
import { readTour, type RecordedMessage, type Release } from '../../wire/reader.js';

/** Objects that came after the release of our definitions; they pass through. */
const newer: Readonly<Record<Release, readonly string[]>> = { zed: [], epoxy: ['ShareMappingList'] };

/** Decodes every field of every object in there, so that nothing is left in the form in which it came. */
function visit(value: unknown, see: (object: NovaObject) => void): void {
  if (value instanceof NovaObject) {
    const object = value as NovaObject;
    see(object);
    for (const field of object.fields()) visit(object.peekUntyped(field), see);
  } else if (value instanceof Date || typeof value !== 'object' || value === null) {
    return;
  } else {
    for (const held of value instanceof Set ? value : Object.values(value)) visit(held, see);
  }
}

function contents({ message }: RecordedMessage): Record<string, unknown> {
  return { args: message['args'], result: message['result'], payload: message['payload'] };
}

function jsonOf(value: unknown): string {
  return JSON.stringify(value);
}

for (const release of ['zed', 'epoxy'] as const) {
  describe(`recorded traffic of ${release}`, () => {
    const tour = readTour(release);

    it('decodes to objects that we know and encodes to the same JSON', () => {
      const names = new Map<string, number>();
      for (const recorded of tour) {
        const before = jsonOf(contents(recorded));
        const decoded = hydrate(contents(recorded));
        visit(decoded, (object) => names.set(object.name, (names.get(object.name) ?? 0) + 1));
        assert.equal(jsonOf(dehydrate(decoded)), before);
      }
      const unknown = [...names.keys()].filter((name) => definitionOf(name) === undefined);
      assert.deepEqual(unknown, newer[release]);
      assert.ok((names.get('Instance') ?? 0) > 200, `only ${names.get('Instance')} instances`);
    });

    it('encodes to the same JSON when nothing was looked at', () => {
      for (const recorded of tour) {
        const before = jsonOf(contents(recorded));
        assert.equal(jsonOf(dehydrate(hydrate(contents(recorded)))), before);
      }
    });
  });
}
