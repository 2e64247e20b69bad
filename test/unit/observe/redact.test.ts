import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createRedactor } from '../../../src/observe/redact.js';

const { text, data } = createRedactor();

describe('observe/redact: texts', () => {
  const fernet = `gAAAAABk${'aZ09_-'.repeat(20)}==`;
  const cases: [given: string, expected: string][] = [
    ['rabbit://nova:s3c#r/et@h1:5672,nova:x@h2/vhost?a=b', 'rabbit://***@h2/vhost?a=b'],
    ['GET https://glance:9292/v2/images', 'GET https://glance:9292/v2/images'],
    [`X-Auth-Token: ${fernet} done`, 'X-Auth-Token: *** done'],
    [`the token ${fernet}`, 'the token ***'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ["{'admin_password': 'pw', 'x': 1}", "{'admin_password': '***', 'x': 1}"],
    ['{"new_pass": "pw"}', '{"new_pass": "***"}'],
    ['{\\"auth_token\\": \\"pw\\"}', '{\\"auth_token\\": \\"***\\"}'],
    ['password: "two words, and" more', 'password: "***" more'],
    ['password=pw&x=1', 'password=***&x=1'],
    ['user_data = aGVsbG8=', 'user_data = ***'],
    ['eyJhbGciOiJI.eyJzdWIiOiIx.c2ln', '***'],
    ['the password was not set', 'the password was not set'],
    ['contact nova@example.org', 'contact nova@example.org'],
  ];
  for (const [given, expected] of cases) it(given.slice(0, 60), () => assert.equal(text(given), expected));

  it('knows the secrets of the configuration wherever they stand, the longer first', () => {
    const { text: clean } = createRedactor(['hunter2', 'hunter2hunter2', 'abc', '']);
    assert.equal(clean('xhunter2hunter2y hunter2 abc'), 'x***y *** abc');
  });

  it('cuts what is too long for a line', () => {
    assert.match(text('x'.repeat(20_000)), /^x{16384} \(3616 more\)$/);
  });

  it('is quick with texts made to be slow', () => {
    for (const part of ['password', 'a-', 'http://', 'eyJ', 'gAAAA', '" ', 'token: ']) {
      const before = performance.now();
      text(part.repeat(100_000));
      assert.ok(performance.now() - before < 1000, part);
    }
  });
});

describe('observe/redact: data', () => {
  it('turns anything into plain JSON', () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle['self'] = circle;
    const shown = data({
      circle,
      map: new Map([
        ['password', 'x'],
        ['b', 'y'],
      ]),
      set: new Set([1, 2n]),
      bytes: Buffer.from('secret'),
      at: new Date(0),
      call: () => 1,
      nothing: null,
      token_ttl: 600,
      error: new Error('rabbit://u:p@h', { cause: new TypeError('inner') }),
    }) as Record<string, unknown>;
    assert.deepEqual(JSON.parse(JSON.stringify({ ...shown, error: 0 })), {
      circle: { a: 1, self: '(circular)' },
      map: { password: '***', b: 'y' },
      set: [1, '2'],
      bytes: '(6 bytes)',
      at: '1970-01-01T00:00:00.000Z',
      call: '(function)',
      nothing: null,
      token_ttl: 600,
      error: 0,
    });
    assert.match(JSON.stringify(shown['error']), /rabbit:\/\/\*\*\*@h.*inner/);
  });

  it('lets no secret through, however deep and under whatever neighbours', () => {
    const secret = 'SECRETVALUE';
    const name = fc.constantFrom(
      'auth_token',
      'X-Auth-Token',
      'password',
      'new_pass',
      'admin_password',
      'rescue_password',
      'user_data',
      'transport_url',
      'auth_password',
      'adminPass',
      'injected_files',
      'secretKey',
      'X-Service-Token',
      'apiKey',
    );
    const hidden = fc.oneof(
      fc
        .record({
          name,
          value: fc.constantFrom<unknown>(secret, [secret], { inner: secret }, new Map([['k', secret]])),
        })
        .map(({ name: key, value }): unknown => ({ [key]: value })),
      fc
        .string({ unit: fc.constantFrom('a', 'Z', '0', '_', '-'), minLength: 30 })
        .map((tail) => `gAAAA${secret}${tail}`),
      fc
        .tuple(fc.constantFrom('rabbit', 'https', 'mysql+pymysql'), fc.stringMatching(/^[^\s"']*$/))
        .map(([scheme, rest]) => `${scheme}://user:${secret}${rest}@host/x`),
      name.map((key) => `{"${key}": "${secret}"}`),
      name.map((key) => `${key}=${secret}`),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        hidden,
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
        tie('tree').map((cause) => new Error('failed', { cause })),
        fc.jsonValue(),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => !JSON.stringify(data(value) ?? null).includes(secret)),
      { numRuns: 500 },
    );
  });
});
