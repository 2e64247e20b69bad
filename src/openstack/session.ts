import { Readable } from 'node:stream';
import { ServiceError } from '../errors/kinds.js';
import { observed } from '../observe/calls.js';
import type { RestAnswer, RestCall, SessionParts } from './call.js';
import { exchange, prepare, type Sending } from './exchange.js';
import { mayRepeat, pauseBefore } from './retry.js';
import { guardedDownload, guardedUpload } from './streams.js';
import type { HttpResponse } from './transport.js';

/**
 * The way to one OpenStack service: finds its endpoint, adds tokens and ids, tries again where that is safe, and
 * translates what goes wrong. Mirrors keystoneauth1 5.0 (session.py, adapter.py, service_token.py).
 * Everything here throws NotFound, Conflict, Forbidden, Invalid, Unavailable or Timeout (`codeOf` tells the service's
 * own code), or the caller's abort reason. No error of it carries a token.
 */
export class Session {
  constructor(private readonly parts: SessionParts) {}

  /** A call with JSON both ways. */
  async request(call: RestCall): Promise<RestAnswer> {
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    return answerOf(await this.observe(call, { body, answer: 'text', timed: true }));
  }

  /**
   * A call whose answer is data. The stream errors with Timeout when its reader waits and no byte comes, with
   * Unavailable when the connection ends early, with the signal's reason when that aborts.
   */
  async download(call: RestCall): Promise<{ readonly status: number; readonly stream: Readable }> {
    const response = await this.observe(call, { answer: 'stream', timed: true });
    const what = `${this.parts.system} ${call.name}`;
    const source = response.stream ?? Readable.from([]);
    const stream = guardedDownload(source, this.parts.limits.stallTimeoutMs, what, call.signal);
    return { status: response.status, stream };
  }

  /**
   * A call whose body is data of unknown length, sent no faster than it is taken. Tried once, as a stream can't be said
   * again. Throws the source's own error when that fails, Timeout when nothing moves. Ends the source in any case.
   */
  async upload(call: RestCall, data: Readable): Promise<RestAnswer> {
    const what = `${this.parts.system} ${call.name}`;
    const guard = guardedUpload(data, this.parts.limits.stallTimeoutMs, what, call.signal);
    const headers = { 'Content-Type': 'application/octet-stream', ...call.headers };
    try {
      const guarded = { ...call, headers, signal: guard.signal };
      return answerOf(await this.observe(guarded, { body: guard.stream, answer: 'text', timed: false }));
    } finally {
      guard.release();
    }
  }

  private observe(call: RestCall, sending: Sending): Promise<HttpResponse> {
    const { observer, system } = this.parts;
    return observed(observer, { system, name: call.name }, () => this.persist(call, sending));
  }

  /** Repeats an exchange while that is safe and may help; once more with new tokens when ours were refused. */
  private async persist(call: RestCall, sending: Sending): Promise<HttpResponse> {
    const bodyAgain = sending.body === undefined || typeof sending.body === 'string';
    const attempt = { method: call.method, repeatable: call.repeatable ?? false, bodyAgain };
    let repeats = 0;
    let renewed = !bodyAgain;
    for (let turn = 0; ; turn++) {
      const ready = await prepare(this.parts, call, turn);
      try {
        return await exchange(this.parts, call, ready, sending);
      } catch (error) {
        if (!renewed && isUnauthorized(error) && ready.renew()) {
          renewed = true;
          continue;
        }
        if (repeats >= this.parts.limits.retries || !mayRepeat(attempt, error)) throw error;
        repeats += 1;
        await this.parts.pause(pauseBefore(repeats), call.signal);
      }
    }
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof ServiceError && error.facts['status'] === 401;
}

function answerOf(response: HttpResponse): RestAnswer {
  return { status: response.status, headers: response.headers, body: jsonOf(response.text) };
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
