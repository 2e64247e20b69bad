import assert from 'node:assert/strict';
import { definitionOf } from '../../../src/objects/definitions.js';
import {
  applyUpdates,
  dehydrate,
  hydrate,
  manifest,
  NovaObject,
  ObjectValidator,
  remoteMethodKind,
  type ObjectName,
  type Primitive,
} from '../../../src/objects/index.js';
import { argumentsOf, readTour, type RecordedMessage, type Release } from '../../wire/reader.js';
import { visit } from './visit.js';

/** Objects that came after the release of our definitions; they pass through. */
const newer: Readonly<Record<Release, readonly string[]>> = { zed: [], epoxy: ['ShareMappingList'] };

function contents({ message }: RecordedMessage): Record<string, unknown> {
  return { args: message['args'], result: message['result'], payload: message['payload'] };
}

/** Requests for an object's method with what conductor answered. */
function objectActions(tour: readonly RecordedMessage[]): { sent: Primitive; updates: Record<string, unknown> }[] {
  const replies = new Map(
    tour.filter(({ message }) => 'result' in message).map(({ message }) => [message['_msg_id'], message]),
  );
  return tour
    .filter(({ message }) => message['method'] === 'object_action')
    .flatMap(({ message }) => {
      const result = replies.get(message['_msg_id'])?.['result'];
      const sent = (message['args'] as { objinst: Primitive }).objinst;
      return Array.isArray(result) ? [{ sent, updates: result[0] as Record<string, unknown> }] : [];
    });
}

for (const release of ['zed', 'epoxy'] as const) {
  describe(`recorded traffic of ${release}`, () => {
    const tour = readTour(release);

    it('decodes to objects that we know and encodes to the same JSON', () => {
      const names = new Map<string, number>();
      for (const recorded of tour) {
        const before = JSON.stringify(contents(recorded));
        const decoded = hydrate(contents(recorded));
        visit(decoded, ({ name }) => names.set(name, (names.get(name) ?? 0) + 1));
        assert.equal(JSON.stringify(dehydrate(decoded)), before);
      }
      const unknown = [...names.keys()].filter((name) => definitionOf(name) === undefined);
      assert.deepEqual(unknown, newer[release]);
      assert.ok((names.get('Instance') ?? 0) > 200, `only ${names.get('Instance')} instances`);
    });

    it('encodes to the same JSON when nothing was looked at', () => {
      for (const recorded of tour) {
        const before = JSON.stringify(contents(recorded));
        assert.equal(JSON.stringify(dehydrate(hydrate(contents(recorded)))), before);
      }
    });

    it('is valid', () => {
      const validator = new ObjectValidator();
      for (const recorded of tour) validator.validate(contents(recorded));
    });

    it('asks conductor for methods in the way that the definitions tell', () => {
      for (const { objname, objmethod } of argumentsOf(tour, 'object_class_action_versions')) {
        if (objname === 'ShareMappingList') continue;
        assert.equal(remoteMethodKind(objname as ObjectName, objmethod as string), 'class');
      }
      for (const { objinst, objmethod } of argumentsOf(tour, 'object_action')) {
        const name = (objinst as Primitive)['nova_object.name'] as ObjectName;
        assert.equal(remoteMethodKind(name, objmethod as string), 'object');
      }
    });

    it('brings an object up to what conductor answered', () => {
      const actions = objectActions(tour);
      assert.ok(actions.length > 200);
      for (const { sent, updates } of actions) {
        const object = new NovaObject(sent);
        applyUpdates(object, hydrate(structuredClone(updates)));
        const { obj_what_changed: changed, ...fields } = updates;
        const after = object.toPrimitive();
        assert.deepEqual(after['nova_object.data'], { ...sent['nova_object.data'], ...fields });
        assert.deepEqual(new Set(after['nova_object.changes']), new Set(changed as string[]));
      }
    });
  });
}

describe('recorded manifests', () => {
  it('are the ones that we would send', () => {
    const asked = argumentsOf(readTour('zed'), 'object_class_action_versions');
    assert.ok(asked.length > 300);
    for (const { objname, object_versions: versions } of asked) {
      assert.deepEqual(manifest(objname as ObjectName), versions, objname as string);
    }
  });
});
