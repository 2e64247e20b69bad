import type { Redactor } from '../observe/redact.js';

/**
 * A payload for everybody who reads notifications: without the request's token, and without what the log would not show
 * either (values of keys that are called like a secret, tokens, passwords in URLs, the configuration's own).
 */
export function redactedPayload(payload: unknown, token: string | null, redactor: Redactor): unknown {
  return redactor.data(token ? withoutText(payload, token) : payload);
}

/** A token has no characters that JSON would write otherwise, so it can be looked for in the text of the whole. */
function withoutText(payload: unknown, token: string): unknown {
  const text = JSON.stringify(payload);
  return text.includes(token) ? (JSON.parse(text.replaceAll(token, '***')) as unknown) : payload;
}
