import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ServiceError } from '../../../src/errors/kinds.js';
import { create, NovaObject, type Primitive } from '../../../src/objects/index.js';

function instance(data: Record<string, unknown>, changes?: readonly string[]): Primitive {
  return {
    'nova_object.name': 'Instance',
    'nova_object.namespace': 'nova',
    'nova_object.version': '2.8',
    'nova_object.data': data,
    ...(changes === undefined ? {} : { 'nova_object.changes': changes }),
  };
}

const flavor: Primitive = {
  'nova_object.name': 'Flavor',
  'nova_object.namespace': 'nova',
  'nova_object.version': '1.2',
  'nova_object.data': { id: 1, vcpus: 2, extra_specs: { 'docker:init': 'true' } },
};

function isKind(kind: string, pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.kind === kind && pattern.test(error.message);
}

describe('NovaObject', () => {
  it('knows three states of a field', () => {
    const object = new NovaObject<'Instance'>(instance({ host: null, node: 'n1' }));
    assert.deepEqual([object.has('host'), object.peek('host'), object.get('host')], [true, null, null]);
    assert.deepEqual([object.has('node'), object.peek('node'), object.get('node')], [true, 'n1', 'n1']);
    assert.deepEqual([object.has('uuid'), object.peek('uuid')], [false, undefined]);
    assert.throws(() => object.get('uuid'), isKind('Internal', /Instance\.uuid is not loaded/));
  });

  it('decodes by the type of the field', () => {
    const object = new NovaObject<'Instance'>(
      instance({ launched_at: '2024-01-02T03:04:05Z', vcpus: '4', flavor, metadata: { a: 'b' }, deleted: false }),
    );
    assert.deepEqual(object.get('launched_at'), new Date('2024-01-02T03:04:05Z'));
    assert.equal(object.get('vcpus'), 4);
    assert.equal(object.get('flavor').get('vcpus'), 2);
    assert.deepEqual(object.get('metadata'), { a: 'b' });
    assert.equal(object.get('flavor'), object.get('flavor'));
  });

  it('decodes sets and interfaces', () => {
    const cell = create('InstanceNUMACell', { cpuset: new Set([3, 1]) });
    assert.deepEqual(cell.toPrimitive()['nova_object.data'], { cpuset: [3, 1] });
    assert.deepEqual(cell.clone().get('cpuset'), new Set([1, 3]));
    const cache = create('InstanceInfoCache', { network_info: [] });
    assert.deepEqual(cache.toPrimitive()['nova_object.data'], { network_info: '[]' });
    assert.deepEqual(cache.clone().get('network_info'), []);
  });

  it('keeps what it does not know', () => {
    const sent = { ...instance({ novelty: { a: [flavor] }, uuid: 'u' }, ['novelty']), 'nova_object.new': 1 };
    const object = new NovaObject<'Instance'>(structuredClone(sent));
    const novelty = object.peekUntyped('novelty') as { a: NovaObject<'Flavor'>[] };
    assert.equal(novelty.a[0]?.get('vcpus'), 2);
    assert.deepEqual(object.toPrimitive(), sent);
    assert.equal(object.version, '2.8');
  });

  it('names the field that cannot be decoded', () => {
    const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
      [{ launched_at: 'soon' }, /Instance\.launched_at: must be an ISO 8601 time/],
      [{ launched_at: 5 }, /Instance\.launched_at: must be an ISO 8601 time/],
      [{ flavor: 'm1.small' }, /Instance\.flavor: must be an object/],
    ];
    for (const [data, message] of wrong) {
      const object = new NovaObject<'Instance'>(instance(data));
      const [field = ''] = object.fields();
      assert.throws(() => object.peekUntyped(field), isKind('Invalid', message));
    }
    const cache = new NovaObject({ ...instance({ network_info: '{}' }), 'nova_object.name': 'InstanceInfoCache' });
    assert.throws(() => cache.peekUntyped('network_info'), isKind('Invalid', /network_info: must be a text/));
  });

  it('refuses what is no object', () => {
    const { 'nova_object.data': _data, ...bare } = instance({});
    assert.throws(() => new NovaObject(bare as unknown as Primitive), isKind('Invalid', /'Instance' without/));
  });

  it('records a change, also to the same value', () => {
    const object = new NovaObject<'Instance'>(instance({ host: 'a', node: 'n' }));
    assert.deepEqual(object.changes(), []);
    object.set('host', 'a');
    object.set('task_state', null);
    assert.deepEqual(object.changes(), ['host', 'task_state']);
    object.unset('host');
    assert.deepEqual([object.has('host'), object.changes()], [false, ['task_state']]);
    assert.throws(() => object.set('host', undefined as never), isKind('Internal', /Instance\.host/));
  });

  it('counts the changes of the objects that it holds', () => {
    const object = new NovaObject<'Instance'>(instance({ flavor, tags: null }));
    object.get('flavor').set('vcpus', 3);
    assert.deepEqual(object.changes(), ['flavor']);
    const primitive = object.toPrimitive();
    assert.deepEqual(primitive['nova_object.changes'], ['flavor']);
    assert.deepEqual((primitive['nova_object.data']['flavor'] as Primitive)['nova_object.changes'], ['vcpus']);
    object.resetChanges();
    assert.deepEqual([object.changes(), object.get('flavor').changes()], [[], []]);
  });

  it('counts the changes of the members of a list object, not of a list', () => {
    const tag = create('Tag', { tag: 'a' });
    const tags = create('TagList', { objects: [tag] });
    tags.resetChanges();
    assert.deepEqual(tags.changes(), []);
    tag.set('tag', 'b');
    assert.deepEqual(tags.changes(), ['objects']);
    const spec = create('HVSpec', { arch: 'x86_64' });
    const node = create('ComputeNode', { supported_hv_specs: [spec] });
    node.resetChanges();
    spec.set('hv_type', 'docker');
    assert.deepEqual(node.changes(), []);
  });

  it('resets changes of objects that nobody has looked at', () => {
    const changed = { ...flavor, 'nova_object.changes': ['vcpus'] };
    const object = new NovaObject<'Instance'>(instance({ flavor: changed, host: 'a' }, ['flavor', 'host']));
    object.resetChanges(['flavor']);
    assert.deepEqual(object.toPrimitive(), instance({ flavor, host: 'a' }, ['host']));
  });

  it('makes a lean object of some fields', () => {
    const object = new NovaObject<'Instance'>(instance({ id: 7, uuid: 'u', host: 'a', node: 'n', flavor }));
    object.set('host', null);
    object.set('node', 'm');
    const lean = object.partial(['uuid', 'id', 'host', 'task_state']);
    assert.deepEqual(lean.toPrimitive(), instance({ id: 7, uuid: 'u', host: null }, ['host']));
    assert.deepEqual(object.changes(), ['host', 'node']);
  });

  it('clones without sharing', () => {
    const object = new NovaObject<'Instance'>(instance({ flavor, host: 'a' }, ['host']));
    const copy = object.clone();
    copy.get('flavor').set('vcpus', 9);
    copy.set('node', 'x');
    assert.deepEqual(object.toPrimitive(), instance({ flavor, host: 'a' }, ['host']));
    assert.deepEqual(copy.changes(), ['host', 'node', 'flavor']);
  });

  it('is created at the oldest version served', () => {
    const object = create('Instance', { uuid: 'u', host: null });
    assert.deepEqual(object.toPrimitive(), {
      ...instance({ uuid: 'u', host: null }, ['uuid', 'host']),
      'nova_object.version': '2.7',
    });
    assert.equal(create('Instance', {}, { version: '2.8' }).version, '2.8');
  });

  it('shows no values to a log', () => {
    const object = create('Instance', { uuid: 'u', user_data: 'c2VjcmV0' });
    assert.equal(inspect({ object }), '{ object: Instance 2.7 {uuid, user_data} }');
    assert.doesNotMatch(JSON.stringify(object), /c2VjcmV0/);
  });
});
