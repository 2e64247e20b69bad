import assert from 'node:assert/strict';
import { findHandler, PING_ENDPOINT, serves } from '../../../src/oslo/dispatcher.js';
import type { RpcEndpoint } from '../../../src/oslo/rpc.js';

describe('dispatcher', () => {
  const handler = (name: string) => () => Promise.resolve(name);
  const endpoint = (namespace: string | null, version: string, ...methods: string[]): RpcEndpoint => ({
    namespace,
    version,
    handlers: new Map(methods.map((method) => [method, handler(`${String(namespace)} ${version} ${method}`)])),
  });
  const endpoints = [
    endpoint(null, '6.5', 'start', 'both'),
    endpoint(null, '5.13', 'old', 'both'),
    endpoint('baseapi', '1.1', 'ping'),
    PING_ENDPOINT,
  ];

  const found: readonly [namespace: string | null, version: string, method: string, by: string][] = [
    [null, '6.0', 'start', 'null 6.5 start'],
    [null, '6.5', 'start', 'null 6.5 start'],
    [null, '5.0', 'both', 'null 5.13 both'],
    [null, '6.1', 'both', 'null 6.5 both'],
    ['baseapi', '1.0', 'ping', 'baseapi 1.1 ping'],
    [null, '1.0', 'oslo_rpc_server_ping', 'pong'],
  ];
  for (const [namespace, version, method, by] of found) {
    it(`${method} ${version} of ${String(namespace)} goes to ${by}`, async () => {
      const result = await findHandler(endpoints, { namespace, version, method })({} as never);
      assert.equal(result, by);
    });
  }

  const refused: readonly [namespace: string | null, version: string, method: string, name: string][] = [
    [null, '6.6', 'start', 'UnsupportedVersion'],
    [null, '7.0', 'start', 'UnsupportedVersion'],
    [null, 'nonsense', 'start', 'UnsupportedVersion'],
    ['other', '1.0', 'ping', 'UnsupportedVersion'],
    [null, '6.0', 'old', 'NoSuchMethod'],
    [null, '6.0', '__proto__', 'NoSuchMethod'],
    [null, '6.0', 'constructor', 'NoSuchMethod'],
  ];
  for (const [namespace, version, method, name] of refused) {
    it(`${method} ${version} of ${String(namespace)} is ${name}`, () => {
      assert.throws(
        () => findHandler(endpoints, { namespace, version, method }),
        (error: { kind: string; nova?: { name: string } }) => error.kind === 'Unsupported' && error.nova?.name === name,
      );
    });
  }

  it('compares revisions only within the same minor version', () => {
    assert.deepEqual(
      [serves('1.2', '1.2.1'), serves('1.2.1', '1.2.1'), serves('1.3', '1.2.9'), serves('1', '1.0')],
      [false, true, true, false],
    );
  });
});
