import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { create, dehydrate, hydrate, manifest, type ObjectName, type Primitive } from '../../../src/objects/index.js';
import { pythonJson } from '../../../src/objects/pythonjson.js';
import { compare, releaseOf } from '../../../tools/objects/compare.js';
import { dumpNova, type Dump } from '../../../tools/objects/dump.js';
import { readStored } from '../../../tools/objects/stored.js';
import { objectNames, ofObject } from '../../unit/objects/arbitrary.js';
import { visit } from '../../unit/objects/visit.js';

const PYTHON = '/usr/bin/python3';
const stored = readStored();

function python(args: readonly string[], input: unknown): unknown {
  const run = spawnSync(PYTHON, args, { input: JSON.stringify(input), encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  assert.equal(run.status, 0, run.stderr);
  return JSON.parse(run.stdout);
}

type Json = Readonly<Record<string, unknown>>;

function sorted(list: readonly unknown[]): unknown[] {
  return list.every((one) => typeof one !== 'object') ? [...list].sort() : [...list];
}

/** Nova may fill in defaults of what is unset, and count them as changed. */
function assertObject(sent: Json, back: Json, where: string): void {
  for (const [key, value] of Object.entries(sent)) {
    if (key !== 'nova_object.changes') assertSame(value, back[key], `${where}.${key}`);
  }
  const changes = new Set(back['nova_object.changes'] as string[] | undefined);
  for (const field of (sent['nova_object.changes'] as string[] | undefined) ?? []) assert.ok(changes.has(field), where);
}

/** The order of changes and of the members of a set means nothing. */
function assertSame(sent: unknown, back: unknown, where: string): void {
  if (Array.isArray(sent) && Array.isArray(back)) {
    const [ours, theirs] = [sorted(sent), sorted(back)];
    assert.equal(theirs.length, ours.length, where);
    for (const [index, one] of ours.entries()) assertSame(one, theirs[index], `${where}[${index}]`);
  } else if (typeof sent === 'object' && sent !== null) {
    assert.equal(typeof back, 'object', where);
    assert.ok(
      Object.hasOwn(sent, 'error') || !Object.hasOwn(back as Json, 'error'),
      `${where}: ${(back as Json)['error'] as string}`,
    );
    assertObject(sent as Json, back as Json, where);
  } else {
    assert.deepEqual(back, sent, where);
  }
}

describe('objects against the installed Nova', function () {
  let dump: Dump;

  before(function () {
    const found = dumpNova(PYTHON);
    if (found === undefined) {
      console.log(`      ${PYTHON} has no Nova: install python3-nova to check the definitions of objects`);
      return this.skip();
    }
    if (releaseOf(found.nova) !== releaseOf(stored.fingerprints.nova)) {
      console.log(
        `      definitions are of nova ${stored.fingerprints.nova}, installed is ${found.nova}: see tools/objects/check`,
      );
      return this.skip();
    }
    dump = found;
  });

  it('has the definitions that are checked in', () => {
    const differences = compare(stored.fingerprints, stored.registry, dump);
    assert.deepEqual(
      differences.map(({ object, what }) => `${object}: ${what}`),
      [],
    );
  });

  it('sends the manifests that we send', () => {
    for (const [name, object] of Object.entries(dump.objects)) {
      assert.deepEqual(manifest(name as ObjectName), object.manifest, name);
    }
  });

  it('reads what we write, and we read what it writes', () => {
    // Notifications are written by Nova and never read by it.
    const names = objectNames.filter((name) => !/Payload$|^EventType$|^NotificationPublisher$/.test(name));
    const primitives = names.flatMap((name) => fc.sample(ofObject(name, 2), { numRuns: 8, seed: 26 }));
    const sent = primitives.map((primitive) => {
      const object = hydrate(primitive);
      visit(object);
      return dehydrate(object);
    });
    const received = python([fileURLToPath(new URL('echo.py', import.meta.url))], sent) as unknown[];
    for (const [index, back] of received.entries()) {
      assertSame(sent[index], back, (sent[index] as Primitive)['nova_object.name']);
    }
  });

  it('takes objects that we create', () => {
    const instance = create('Instance', {
      uuid: '0a0a0a0a-0000-4000-8000-000000000001',
      launched_at: new Date('2026-11-22T18:15:42.678Z'),
      metadata: { a: 'b' },
      info_cache: create('InstanceInfoCache', { network_info: [] }),
    });
    const sent = dehydrate([instance, create('HVSpec', { arch: 'x86_64', hv_type: 'docker', vm_mode: 'exe' })]);
    const back = python([fileURLToPath(new URL('echo.py', import.meta.url))], sent);
    assertSame(sent, back, 'created');
  });

  it('writes JSON in texts as we do', () => {
    const values = fc.sample(fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }), { numRuns: 300, seed: 26 });
    const dumps = 'import json, sys; json.dump([json.dumps(v) for v in json.load(sys.stdin)], sys.stdout)';
    const texts = python(['-c', dumps], values) as string[];
    for (const [index, text] of texts.entries()) {
      assert.equal(pythonJson(JSON.parse(text)), text, JSON.stringify(values[index]));
    }
  });
});
