import assert from 'node:assert/strict';
import { definitionOf } from '../../../src/objects/definitions.js';
import { manifest, remoteMethodKind } from '../../../src/objects/index.js';
import { objectNames } from './arbitrary.js';

describe('manifests', () => {
  it('hold an object and all that it may hold', () => {
    assert.deepEqual(manifest('TagList'), { TagList: '1.1', Tag: '1.1' });
    assert.equal(Object.keys(manifest('Instance')).length, 34);
    assert.equal(manifest('Instance')['Instance'], '2.7');
  });

  it('hold only objects with definitions', () => {
    for (const name of objectNames) {
      assert.ok(manifest(name)[name] !== undefined);
      for (const held of definitionOf(name)?.holds ?? [])
        assert.ok(definitionOf(held) !== undefined, `${name}: ${held}`);
    }
  });
});

describe('remote methods', () => {
  it('are asked of the class or of the object', () => {
    assert.equal(remoteMethodKind('Instance', 'save'), 'object');
    assert.equal(remoteMethodKind('Instance', 'get_by_uuid'), 'class');
    assert.throws(() => remoteMethodKind('Instance', 'fly'), /Instance has no remote method fly/);
  });
});
