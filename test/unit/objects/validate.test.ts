import assert from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { create, ObjectValidator, type Primitive } from '../../../src/objects/index.js';

function primitive(name: string, data: Record<string, unknown>, version = ours[name] ?? '1.0'): Primitive {
  return {
    'nova_object.name': name,
    'nova_object.namespace': 'nova',
    'nova_object.version': version,
    'nova_object.data': data,
  };
}

const ours: Readonly<Record<string, string>> = {
  Instance: '2.7',
  Flavor: '1.2',
  BlockDeviceMapping: '1.21',
  NetworkRequestList: '1.1',
  NetworkRequest: '1.3',
};

const flavor = (memory: unknown, version?: string) => primitive('Flavor', { memory_mb: memory }, version);

const refused: readonly (readonly [string, unknown, string])[] = [
  ['a wrong type', { instance: primitive('Instance', { vcpus: 'two' }) }, 'instance.vcpus: must be integer or null'],
  [
    'a wrong type in a nested object',
    { instance: primitive('Instance', { flavor: flavor([]) }) },
    'instance.flavor.memory_mb: must be integer',
  ],
  [
    'a wrong type in a nested object of a newer one',
    { instance: primitive('Instance', { flavor: flavor([]) }, '2.99') },
    'instance.flavor.memory_mb: must be integer',
  ],
  ['null for what is never null', { instance: primitive('Instance', { uuid: null }) }, 'instance.uuid: must be string'],
  [
    'a wrong member of a list',
    {
      requested_networks: primitive('NetworkRequestList', {
        objects: [primitive('NetworkRequest', {}), primitive('NetworkRequest', { address: 'here' })],
      }),
    },
    'requested_networks.objects[1].address: must be an IP address',
  ],
  [
    'a wrong value of a map',
    { instance: primitive('Instance', { metadata: { 'a/b': 1 } }) },
    'instance.metadata.a/b: must be string',
  ],
  [
    'a value outside of an enumeration',
    [primitive('BlockDeviceMapping', { source_type: 'floppy' })],
    '[0].source_type: must be one of blank, image, snapshot, volume, null',
  ],
  [
    'another object than the field holds',
    { instance: primitive('Instance', { flavor: primitive('BlockDeviceMapping', {}) }) },
    'instance.flavor: must be an object Flavor',
  ],
  [
    'a map where an object belongs',
    { instance: primitive('Instance', { flavor: { id: 1 } }) },
    'instance.flavor: must be an object Flavor',
  ],
  [
    'a time that is none',
    { instance: primitive('Instance', { launched_at: 'now' }) },
    'instance.launched_at: must be an ISO 8601 time',
  ],
  [
    'a network cache that is no list',
    primitive('InstanceInfoCache', { network_info: '{}' }, '1.5'),
    'network_info: must be a text holding a JSON list',
  ],
  [
    'an object without version',
    { a: { 'nova_object.name': 'Flavor', 'nova_object.data': {} } },
    'a: must have nova_object.namespace',
  ],
  [
    'an object of another major version',
    { instance: primitive('Instance', {}, '3.0') },
    'instance: is a Instance of version 3.0; only those of 2.x can be read',
  ],
  [
    'a known object inside of an unknown one',
    { x: primitive('Novelty', { a: [flavor('x')] }) },
    'x.a[0].memory_mb: must be integer',
  ],
];

const accepted: readonly (readonly [string, unknown])[] = [
  ['plain JSON', { image: { id: 'x', size: '10' }, list: [null, 1] }],
  ['unset fields', primitive('Instance', {})],
  ['null', primitive('Instance', { host: null, flavor: flavor(1), info_cache: null })],
  ['unknown fields', primitive('Instance', { novelty: { a: 1 } })],
  ['a newer minor version', primitive('Instance', { compute_id: 4 }, '2.8')],
  ['a stable release', primitive('Instance', {}, '2.7.1')],
  ['a number in a text', primitive('Flavor', { memory_mb: ' 512 ', rxtx_factor: '1.5' })],
  ['an unknown object in a known field', primitive('Instance', { flavor: primitive('Flavour', { a: 1 }) })],
  ['an unknown value in a newer version', primitive('BlockDeviceMapping', { source_type: 'floppy' }, '1.22')],
  ['a null in a newer version', flavor(null, '1.3')],
];

describe('ObjectValidator', () => {
  const validator = new ObjectValidator();

  for (const [what, value, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => validator.validate(value),
        (error) => {
          assert.ok(error instanceof ServiceError && error.kind === 'Invalid');
          assert.ok(error.message.startsWith(message), error.message);
          return true;
        },
      );
    });
  }

  for (const [what, value] of accepted) {
    it(`accepts ${what}`, () => validator.validate(value));
  }

  it('begins the path with what it is told', () => {
    assert.throws(
      () => validator.validate(flavor('x'), 'instance_type'),
      /^\w+: instance_type\.memory_mb: must be integer$/,
    );
  });

  it('tells the first problems and how many more', () => {
    const many = primitive('Flavor', { id: 'a', vcpus: 'b', swap: 'c', name: 4, memory_mb: 'd' });
    assert.throws(() => validator.validate(many), /(must be .*){3}\(and 2 more\)$/);
  });

  it('never shows a value', () => {
    const secret = create('BlockDeviceMapping', {}).toPrimitive();
    const wrong = {
      ...secret,
      'nova_object.data': { connection_info: { password: 'hunter2' }, source_type: 'hunter2' },
    };
    assert.throws(
      () => validator.validate(wrong),
      (error) => !(error as Error).message.includes('hunter2'),
    );
  });
});
