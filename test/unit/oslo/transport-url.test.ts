import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ServiceError } from '../../../src/errors/kinds.js';
import { addressOf, parseTransportUrl } from '../../../src/oslo/transport-url.js';

const host = (hostname: string, port = 5672, username = 'guest', password = 'guest') => ({
  hostname,
  port,
  username,
  password,
});

describe('transport_url', () => {
  const good: readonly [url: string, hosts: readonly object[], virtualHost: string][] = [
    ['rabbit://u:p@h:1234/v', [host('h', 1234, 'u', 'p')], 'v'],
    ['rabbit://u:p@h', [host('h', 5672, 'u', 'p')], '/'],
    ['rabbit://u:p@h/', [host('h', 5672, 'u', 'p')], '/'],
    ['rabbit://u:p@h/%2F', [host('h', 5672, 'u', 'p')], '/'],
    ['rabbit://u:p@h//nova', [host('h', 5672, 'u', 'p')], '/nova'],
    ['rabbit://a:1@h1:1,b:2@h2:2/v', [host('h1', 1, 'a', '1'), host('h2', 2, 'b', '2')], 'v'],
    ['rabbit://a:1@h1,h2/v', [host('h1', 5672, 'a', '1'), host('h2')], 'v'],
    ['rabbit://u:p@[::1]:99/', [host('::1', 99, 'u', 'p')], '/'],
    ['rabbit://u:p@[fe80::1]/', [host('fe80::1', 5672, 'u', 'p')], '/'],
    ['rabbit://us%40er:p%2Fa%3Ass%23%25@h/', [host('h', 5672, 'us@er', 'p/a:ss#%')], '/'],
    ['rabbit://u:p:q@h/', [host('h', 5672, 'u', 'p:q')], '/'],
    ['rabbit://u@domain:p@h/', [host('h', 5672, 'u@domain', 'p')], '/'],
    ['rabbit:///', [host('localhost')], '/'],
    ['kombu+amqp://h:/', [host('h')], '/'],
    [' RABBIT://h,/ ', [host('h')], '/'],
  ];
  for (const [url, hosts, virtualHost] of good) {
    it(`reads ${url}`, () => {
      const parsed = parseTransportUrl(url);
      assert.deepEqual(parsed.hosts, hosts);
      assert.equal(parsed.virtualHost, virtualHost);
    });
  }

  it('hands on the options of the query', () => {
    assert.deepEqual(parseTransportUrl('rabbit://h/?ssl=1&rabbit_qos_prefetch_count=10').query, {
      ssl: '1',
      rabbit_qos_prefetch_count: '10',
    });
  });

  const bad: readonly [url: string, says: RegExp][] = [
    ['', /no URL/],
    ['h:5672', /no URL/],
    ['kafka://u:geheim@h/', /scheme 'kafka'/],
    ['rabbit://u:geheim@h:port/', /no port/],
    ['rabbit://u:geheim@h:70000/', /no port/],
    ['rabbit://u:geheim@fe80::1/', /brackets/],
    ['rabbit://u:geheim@[::1/', /closing bracket/],
    ['rabbit://u:geheim%zz@h/', /a password holds a %/],
    ['rabbit://%:geheim@h/', /a user name holds a %/],
    ['rabbit://u:geheim@h/%', /virtual host/],
  ];
  for (const [url, says] of bad) {
    it(`refuses ${url || 'nothing'}, without the password`, () => {
      assert.throws(
        () => parseTransportUrl(url),
        (error: unknown) =>
          error instanceof ServiceError &&
          error.kind === 'Invalid' &&
          says.test(error.message) &&
          !error.message.includes('geheim'),
      );
    });
  }

  it('reads back what it was made of', () => {
    const text = fc.oneof(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom('ü', '日本', '💥', '%2F', '@:,'));
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 1, max: 65535 }), (user, password, vhost, port) => {
        const part = encodeURIComponent;
        const parsed = parseTransportUrl(`rabbit://${part(user)}:${part(password)}@[::1]:${port}/${part(vhost)}`);
        assert.deepEqual(parsed, { hosts: [host('::1', port, user, password)], virtualHost: vhost, query: {} });
      }),
    );
  });

  it('never lets a password out through an error', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), (password, rest) => {
        const secret = `geheim${password}geheim`;
        try {
          parseTransportUrl(`rabbit://u:${secret}@${rest}`);
        } catch (error) {
          assert.ok(!(error as Error).message.includes(secret));
        }
      }),
    );
  });

  it('shows an address with brackets where it needs them', () => {
    assert.equal(addressOf({ hostname: 'h', port: 1 }), 'h:1');
    assert.equal(addressOf({ hostname: '::1', port: 1 }), '[::1]:1');
  });
});
