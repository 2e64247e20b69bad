import assert from 'node:assert/strict';
import fc from 'fast-check';
import { redactedPayload } from '../../../src/notify/redact.js';
import { createRedactor } from '../../../src/observe/redact.js';

const TOKEN = 'a-token-of-no-known-form';
const REDACTOR = createRedactor(['configured-password']);

const redacted = (payload: unknown, token: string | null = TOKEN): unknown => redactedPayload(payload, token, REDACTOR);

describe('redacted payload', () => {
  it('hides the token wherever it stands', () => {
    assert.deepEqual(redacted({ a: [`x ${TOKEN} y`, { b: TOKEN }] }), { a: ['x *** y', { b: '***' }] });
  });

  it('hides what the log hides', () => {
    assert.deepEqual(redacted({ url: 'rabbit://nova:pw@host/', why: 'configured-password', new_pass: 'x' }, null), {
      url: 'rabbit://***@host/',
      why: '***',
      new_pass: '***',
    });
  });

  it('never leaves the token in any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const marked = { value, list: [TOKEN, `a${TOKEN}b`], [TOKEN]: 1 };
        assert.ok(!JSON.stringify(redacted(marked)).includes(TOKEN));
      }),
    );
  });
});
