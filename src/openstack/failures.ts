import { ServiceError, type ErrorKind } from '../errors/kinds.js';

/** An answer that is no success, with what is needed to tell people about it. */
export interface FailedAnswer {
  /** `placement` … */
  readonly system: string;
  /** `allocations.remove` … */
  readonly call: string;
  readonly status: number;
  readonly body: string;
  /** The other side's id of this request, to find it in its log. */
  readonly requestId: string | undefined;
  /** What must not appear in a text, should a service echo it. */
  readonly secrets: readonly string[];
}

const KINDS: Readonly<Record<number, ErrorKind>> = {
  401: 'Forbidden',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'Timeout',
  409: 'Conflict',
  410: 'NotFound',
  412: 'Conflict',
  429: 'Unavailable',
};

const MAX_REASON = 500;

/** The kind that a status stands for. */
export function kindOfStatus(status: number): ErrorKind {
  return KINDS[status] ?? (status >= 400 && status < 500 ? 'Invalid' : 'Unavailable');
}

/** The one translation of a service's refusal. `facts.code` is the machine-readable code, where the service gives one. */
export function failureOf(answer: FailedAnswer): ServiceError {
  const { reason, code } = explain(answer.body);
  const clean = answer.secrets.reduce((text, secret) => text.replaceAll(secret, '***'), reason);
  const request = answer.requestId === undefined ? '' : `, ${answer.requestId}`;
  const words = clean === '' ? 'no reason given' : clean.slice(0, MAX_REASON);
  return new ServiceError(
    kindOfStatus(answer.status),
    `${answer.system} refused ${answer.call}: ${words} (HTTP ${answer.status}${request})`,
    { facts: { status: answer.status, ...(code === undefined ? {} : { code }) } },
  );
}

/** The service's own code of a refusal, e.g. `placement.concurrent_update` or `PortInUse`. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof ServiceError ? error.facts['code'] : undefined;
  return typeof code === 'string' ? code : undefined;
}

interface Explanation {
  readonly reason: string;
  readonly code?: string;
}

function explain(body: string): Explanation {
  const parsed = parse(body);
  if (parsed === undefined) return { reason: plain(body) };
  return explainListed(parsed) ?? explainNamed(parsed) ?? { reason: plain(body) };
}

/** Placement (and the API working group's guideline): `{"errors": [{"detail": …, "code": …}]}`. */
function explainListed(body: Readonly<Record<string, unknown>>): Explanation | undefined {
  const first = Array.isArray(body['errors']) ? (body['errors'] as unknown[])[0] : undefined;
  if (!isRecord(first)) return undefined;
  return explanation(first['detail'] ?? first['title'], first['code']);
}

/**
 * One wrapper key with the rest inside: Keystone's `error`, Neutron's `NeutronError` (whose `type` is its code),
 * Cinder's `itemNotFound` and the like; Glance and middlewares say `{"message": …}` bare.
 */
function explainNamed(body: Readonly<Record<string, unknown>>): Explanation | undefined {
  if (typeof body['message'] === 'string') return explanation(body['message'], undefined);
  const inner = Object.values(body).find(isRecord);
  if (inner !== undefined) return explanation(inner['message'] ?? inner['title'], inner['type']);
  const text = Object.values(body).find((value) => typeof value === 'string');
  return text === undefined ? undefined : explanation(text, undefined);
}

function explanation(reason: unknown, code: unknown): Explanation {
  const words = typeof reason === 'string' ? plain(reason) : '';
  return typeof code === 'string' ? { reason: words, code } : { reason: words };
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** WebOb answers with a small HTML page: keep its words (title and heading say the status once more). */
function plain(text: string): string {
  return text
    .replace(/<(head|h1)>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
