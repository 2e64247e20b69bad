import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allServices, STEPS, wantedNames } from '../../../tools/plane/catalog.js';
import { inOrder } from '../../../tools/plane/graph.js';
import { furtherViews, spacesOf } from '../../../tools/plane/hosts.js';
import { COMPUTE_KINDS, DEFAULT_PORTS, planeOf, type PlaneRecord } from '../../../tools/plane/plane.js';
import { findRelease, type Release } from '../../../tools/plane/releases.js';
import { recordFile } from '../../../tools/plane/service-control.js';
import { loadPlane, planeNames, preparePlane, requirePlane } from '../../../tools/plane/store.js';

describe('tools: planes', () => {
  let checkout: string;

  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'planes-'));
  });

  afterEach(() => {
    rmSync(checkout, { recursive: true });
  });

  it('remembers a plane, its secrets among it, in a file for its owner only', async () => {
    const made = await preparePlane({ name: 'one', compute: 'fake' }, checkout);
    assert.deepEqual(loadPlane('one', checkout), made);
    assert.deepEqual(made.ports, DEFAULT_PORTS);
    assert.equal(statSync(join(made.folder, 'plane.json')).mode & 0o777, 0o600);
    const again = await preparePlane({ name: 'one', only: ['docker'] }, checkout);
    assert.deepEqual(again, { ...made, only: ['docker'] });
    const other = await preparePlane({ name: 'two' }, checkout);
    assert.notEqual(other.secrets.admin, made.secrets.admin);
    assert.notEqual(other.tag, made.tag);
    assert.deepEqual(planeNames(checkout).sort(), ['one', 'two']);
  });

  it('refuses what would make another plane of it', async () => {
    await preparePlane({ name: 'one', isolated: true }, checkout);
    await assert.rejects(preparePlane({ name: 'one', isolated: false }, checkout), /network namespace of its own/);
    await assert.rejects(
      preparePlane({ name: 'one', release: '13' }, checkout),
      /planned but not supported yet; supported: 12/,
    );
  });

  it('refuses names that are none, and says which planes there are', async () => {
    for (const name of ['', '../x', 'Ab', '1a', 'a b', 'a'.repeat(33)]) {
      await assert.rejects(preparePlane({ name }, checkout), /no name for a plane/);
    }
    await preparePlane({ name: 'one' }, checkout);
    assert.throws(() => requirePlane('two', checkout), /no plane "two".*there are: one/);
  });

  it('refuses a record that another version wrote', async () => {
    const { folder } = await preparePlane({ name: 'one' }, checkout);
    const file = join(folder, 'plane.json');
    const record = JSON.parse(readFileSync(file, 'utf8')) as PlaneRecord;
    writeFileSync(file, JSON.stringify({ ...record, format: 0 }));
    assert.throws(() => loadPlane('one', checkout), /another version of these tools/);
  });

  it('keeps the paths of its sockets short enough for the kernel, however long the checkout', async () => {
    const plane = await preparePlane({ name: 'one' }, checkout);
    assert.equal(plane.run, join(plane.folder, 'run'));
    const far = planeOf({ ...plane, release: 'bookworm' }, plane.release, `/srv/${'deep/'.repeat(20)}checkout`);
    assert.equal(far.run, `/run/${far.tag}`);
  });

  it('has a table of services in which every need exists and none goes in a circle', async () => {
    for (const compute of COMPUTE_KINDS) {
      const plane = await preparePlane({ name: 'one', compute }, checkout);
      const all = [...allServices(plane), ...STEPS];
      const names = new Set(all.map(({ name }) => name));
      for (const { name, needs } of all) {
        if (name === 'registered' && compute === 'none') continue;
        for (const need of needs) assert.ok(names.has(need), `${name} needs ${need}`);
      }
      const order = inOrder(all).map(({ name }) => name);
      for (const { name, needs } of all) {
        for (const need of needs) assert.ok(!names.has(need) || order.indexOf(need) < order.indexOf(name));
      }
    }
  });

  it('has its further hosts as views: their services have names, folders and namespaces of their own', async () => {
    const plane = await preparePlane({ name: 'one', hosts: 3 }, checkout);
    const all = [...allServices(plane), ...STEPS];
    const names = new Set(all.map(({ name }) => name));
    assert.equal(names.size, all.length);
    for (const { name, needs } of all) for (const need of needs) assert.ok(names.has(need), `${name} needs ${need}`);
    const third = all.find(({ name }) => name === 'compute@compute3');
    const needs = third?.needs ?? [];
    for (const need of ['docker@compute3', 'doorway@compute3', 'rabbitmq']) assert.ok(needs.includes(need), need);
    assert.ok(!names.has('dhcp-agent@compute3'));
    const views = [plane, ...furtherViews(plane)];
    for (const of of ['run', 'data', 'etc', 'tag'] as const)
      assert.equal(new Set(views.map((view) => view[of])).size, 3);
    const files = ['docker', 'docker@compute2', 'docker@compute3'].map((name) => recordFile(plane, { name }));
    assert.deepEqual(
      views.map((view) => recordFile(view, { name: 'docker' })),
      files,
    );
    assert.equal(spacesOf(plane).length, 3);
  });

  it('refuses hosts and switches that the machine has no room for', async () => {
    for (const hosts of [0, 10, 1.5, Number.NaN])
      await assert.rejects(preparePlane({ name: 'one', hosts }, checkout), /from 1 to 9 hosts/);
    await assert.rejects(preparePlane({ name: 'one', hosts: 2, isolated: false }, checkout), /has one host/);
    await assert.rejects(preparePlane({ name: 'one', hosts: 2, switch: 'linuxbridge' }, checkout), /has one host/);
    await assert.rejects(preparePlane({ name: 'one', switch: 'linuxbridge', isolated: false }, checkout), /no Linux/);
    await preparePlane({ name: 'one', hosts: 2 }, checkout);
    await assert.rejects(preparePlane({ name: 'one', hosts: 3 }, checkout), /was made with 2 hosts/);
  });

  it('knows what a choice of services needs', async () => {
    const plane = await preparePlane({ name: 'one', compute: 'none' }, checkout);
    const wanted = (only: string[]): string[] => [...wantedNames({ ...plane, only })].sort();
    assert.deepEqual(wanted(['rabbitmq', 'docker']), ['containerd', 'docker', 'epmd', 'rabbitmq']);
    assert.ok(wanted(['nova-conductor']).includes('keystone'));
    assert.throws(() => wanted(['rabit']), /no service "rabit"/);
    assert.ok(!wantedNames(plane).has('build'));
  });

  it('names the release of this machine, and those that it knows', () => {
    const known: Release = findRelease('12');
    assert.equal(known.name, 'bookworm');
    assert.equal(findRelease('bookworm'), known);
    assert.equal(findRelease(undefined), known);
    assert.throws(() => findRelease('sid'), /planned but not supported yet/);
    assert.throws(() => findRelease('warty'), /"warty" is not known; supported: 12 \(bookworm/);
  });
});
