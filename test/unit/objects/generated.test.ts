import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { definitionOf } from '../../../src/objects/definitions.js';
import { formats } from '../../../src/objects/formats.js';
import { hash, type Fingerprints } from '../../../tools/objects/fingerprint.js';
import { Envelope, objectNames, schemas } from './arbitrary.js';

const generated = new URL('../../../src/objects/generated/', import.meta.url);

function read(name: string): string {
  return readFileSync(new URL(name, generated), 'utf8');
}

describe('what the generator wrote', () => {
  const fingerprints = JSON.parse(read('fingerprints.json')) as Fingerprints;

  it('was not edited since', () => {
    for (const [name, expected] of Object.entries(fingerprints.files)) {
      assert.equal(hash(read(name)), expected, `${name}: change tools/objects and generate it anew`);
    }
  });

  it('has a schema, a definition and a fingerprint for each object', () => {
    assert.deepEqual(objectNames, Object.keys(fingerprints.objects));
    assert.deepEqual(Object.keys(JSON.parse(read('registry.json')) as object), objectNames);
    for (const name of objectNames) {
      assert.ok(fingerprints.objects[name]?.startsWith(`${definitionOf(name)?.version}-`), name);
    }
  });

  it('holds schemas that are schemas, of objects and formats that there are', () => {
    const ajv = new Ajv({
      strict: true,
      allowUnionTypes: true,
      formats: Object.fromEntries(Object.keys(formats).map((name) => [name, true])),
    });
    ajv.addKeyword({
      keyword: 'novaObject',
      schemaType: 'array',
      validate: (names: string[]) => {
        return names.every((name) => Object.hasOwn(schemas, name));
      },
    });
    for (const schema of [Envelope, ...Object.values(schemas)]) ajv.compile({ type: 'object', ...schema });
    const referred = [...JSON.stringify(schemas).matchAll(/"novaObject":\[([^\]]*)\]/g)].flatMap(
      (found) => JSON.parse(`[${found[1]}]`) as string[],
    );
    assert.deepEqual(
      referred.filter((name) => !Object.hasOwn(schemas, name)),
      [],
    );
  });
});
