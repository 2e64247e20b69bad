import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { COMPUTE_VERSIONS } from '../../../../src/app/messaging.js';
import { kindOfMessage, readCaptured } from '../../../../src/cli/decode/captured.js';
import { explain } from '../../../../src/cli/decode/explain.js';
import { tree } from '../../../../src/cli/decode/tree.js';
import { createRedactor } from '../../../../src/observe/redact.js';
import { ObjectValidator } from '../../../../src/objects/index.js';
import { readTour } from '../../../wire/reader.js';

const parts = { redactor: createRedactor(), validator: new ObjectValidator(), versions: COMPUTE_VERSIONS };
const cast = {
  method: 'stop_instance',
  version: '6.0',
  args: { clean_shutdown: true },
  _unique_id: 'u1',
  _context_request_id: 'req-1',
};
const enveloped = { 'oslo.version': '2.0', 'oslo.message': JSON.stringify(cast) };
const text = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('cli/decode: what a message was kept in', () => {
  const base64 = text(enveloped).toString('base64');
  const table: [string, Buffer, string | undefined][] = [
    ['the body', text(enveloped), undefined],
    ['the body without envelope', text(cast), undefined],
    ['the body, compressed', deflateSync(text(enveloped)), undefined],
    ['a file of the inbox', text({ format: 1, uniqueId: 'u1', topic: 'compute', message: cast }), 'queue compute'],
    [
      'rabbitmqadmin get --format=raw_json',
      text([
        { exchange: 'nova', routing_key: 'compute.h', payload: JSON.stringify(enveloped), payload_encoding: 'string' },
      ]),
      'exchange nova, routing key compute.h',
    ],
    [
      'a line of the tracing plugin',
      text({ type: 'published', exchange: 'nova', routing_keys: ['compute.h'], queue: 'none', payload: base64 }),
      'exchange nova, routing key compute.h',
    ],
  ];
  for (const [name, file, way] of table) {
    it(name, () => {
      const [captured, ...others] = readCaptured(file);
      assert.deepEqual(captured?.message, cast);
      assert.equal(captured.way, way);
      assert.equal(others.length, 0);
    });
  }

  it('several, one a line', () => {
    const file = Buffer.from(`${JSON.stringify(cast)}\n\n${JSON.stringify(enveloped)}\n`);
    assert.equal(readCaptured(file).length, 2);
  });

  const wrong: [string, Buffer, RegExp][] = [
    ['text that is no JSON', Buffer.from('gAAAAsecret'), /^The file is no JSON/],
    ['a line that is none', Buffer.from(`${JSON.stringify(cast)}\nsecret`), /^Line 2 is no JSON/],
    ['JSON that is no message', text({ password: 'secret' }), /no method, no reply/],
    ['an envelope of another version', text({ ...enveloped, 'oslo.version': '3.0' }), /envelope version/],
    ['a number', text(5), /JSON object/],
  ];
  for (const [name, file, pattern] of wrong) {
    it(`${name}: says so and quotes nothing`, () => {
      assert.throws(
        () => readCaptured(file),
        (error: Error) => pattern.test(error.message) && !error.message.includes('secret'),
      );
    });
  }
});

describe('cli/decode: what it says', () => {
  it('who sent a request, and what the service makes of it', () => {
    const said = explain({ message: cast, way: 'queue compute' }, parts);
    assert.match(said, /^cast stop_instance, version 6\.0\n {2}way {8}queue compute\n {2}request {4}req-1\n/);
    assert.match(said, /compute {4}has a route for it/);
    assert.match(said, /clean_shutdown: true/);
  });

  const standings: [string, object, RegExp][] = [
    ['a version to come', { version: '7.0' }, /refuses it: version 7\.0/],
    ['a method that does not exist', { method: 'fly' }, /refuses it: no such method/],
    ['another interface', { namespace: 'baseapi' }, /not of its interface/],
  ];
  for (const [name, change, pattern] of standings) {
    it(name, () => assert.match(explain({ message: { ...cast, ...change } }, parts), pattern));
  }

  it('which field of an object is wrong', () => {
    const flavor = {
      'nova_object.name': 'Flavor',
      'nova_object.namespace': 'nova',
      'nova_object.version': '1.2',
      'nova_object.data': { memory_mb: 'many' },
    };
    assert.match(
      explain({ message: { ...cast, args: { flavor } } }, parts),
      /wrong {6}flavor\.memory_mb: must be integer/,
    );
  });

  it('the class and reason of a failure', () => {
    const failure = JSON.stringify({
      class: 'InstanceNotFound',
      module: 'nova.exception',
      message: 'gone',
      tb: ['one\n'],
    });
    const said = explain({ message: { _msg_id: 'm', failure, ending: true } }, parts);
    assert.match(
      said,
      /^failed reply: InstanceNotFound\n[^]*nova\.exception\.InstanceNotFound\n[^]*gone\ntraceback\n {2}one\n$/,
    );
  });

  it('no secret, wherever it stands', () => {
    const args = {
      admin_password: 'hunter2hunter2',
      injected_files: [['/etc/x', 'hunter2hunter2']],
      instance: {
        'nova_object.name': 'Instance',
        'nova_object.version': '2.7',
        'nova_object.data': { user_data: 'hunter2hunter2', system_metadata: { password_0: 'hunter2hunter2' } },
      },
      bdms: [{ connection_info: '{"auth_password": "hunter2hunter2"}' }],
    };
    const message = {
      ...cast,
      args,
      _context_auth_token: 'hunter2hunter2',
      _context_service_catalog: ['hunter2hunter2'],
    };
    const said = explain({ message }, parts);
    assert.ok(!said.includes('hunter2'), said);
    assert.match(said, /with a token/);
  });

  it('every message that two control planes sent, with a route for each compute request', () => {
    for (const release of ['zed', 'epoxy'] as const) {
      for (const { message, routing_keys: keys } of readTour(release)) {
        const said = explain({ message }, parts);
        assert.doesNotMatch(said, /unreadable|undefined/);
        if ('method' in message) assert.doesNotMatch(said, /\(deep\)/);
        const isOurs = keys.some((key) => key.startsWith('compute')) && message['namespace'] === undefined;
        if (isOurs && kindOfMessage(message) !== 'reply') assert.match(said, /has a route for it/);
      }
    }
  }).timeout(30_000);

  it('long texts and lines are cut, objects named', () => {
    const value = {
      'nova_object.name': 'X',
      'nova_object.version': '1.0',
      'nova_object.data': { a: 'x'.repeat(999), b: 'y\nz', c: [] },
    };
    const [head, a = '', ...rest] = tree(value, parts.redactor);
    assert.equal(head, '(X 1.0)');
    assert.match(a, /… \(999 characters\)$/);
    assert.deepEqual(rest, ['b: y\\nz', 'c: []']);
  });
});
