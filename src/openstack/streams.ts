import { finished, pipeline, Readable, Transform } from 'node:stream';
import { ServiceError } from '../errors/kinds.js';

/** No more of a refusal is read than this: it is meant to be words. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/**
 * The body of an answer as a stream that ends one way or the other: it errors with Timeout when its reader waits and
 * `stallMs` pass without a byte, with Unavailable when the connection ends early, with the signal's reason when that
 * aborts. A slow reader is no stall. Destroying it closes the connection.
 */
export function guardedDownload(source: Readable, stallMs: number, what: string, signal?: AbortSignal): Readable {
  let timer: NodeJS.Timeout | undefined;
  const stalled = () => guarded.destroy(new ServiceError('Timeout', `${what}: no data for ${stallMs / 1000} s`));
  const guarded = new Readable({
    read() {
      clearTimeout(timer);
      timer = setTimeout(stalled, stallMs);
      source.resume();
    },
    destroy(error, done) {
      clearTimeout(timer);
      source.destroy();
      done(error);
    },
  });
  source.on('data', (chunk: Buffer) => {
    clearTimeout(timer);
    if (!guarded.push(chunk)) source.pause();
  });
  source.pause();
  finished(source, { writable: false }, (error) => {
    clearTimeout(timer);
    if (error === null || error === undefined) guarded.push(null);
    else guarded.destroy(new ServiceError('Unavailable', `${what}: the data ended early: ${error.message}`));
  });
  if (signal !== undefined) abortWith(signal, guarded);
  return guarded;
}

/** The stream errors with the signal's own reason (addAbortSignal would put an AbortError in its place). */
function abortWith(signal: AbortSignal, stream: Readable): void {
  const onAbort = () => stream.destroy(signal.reason as Error);
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  finished(stream, () => signal.removeEventListener('abort', onAbort));
}

/** Data on its way to a service. `signal` aborts when it stalls, when its source fails, or when the caller gives up. */
export interface Upload {
  readonly stream: Readable;
  readonly signal: AbortSignal;
  /** Ends the source and the timer. Must be called. */
  release(): void;
}

/**
 * Watches data that is being sent: aborts with Timeout when nothing is taken, or nothing comes from the source, or no
 * answer follows the last byte, for `stallMs`; with the source's own error when that fails.
 */
export function guardedUpload(source: Readable, stallMs: number, what: string, signal?: AbortSignal): Upload {
  const controller = new AbortController();
  const stalled = () =>
    controller.abort(new ServiceError('Timeout', `${what}: the transfer did not move for ${stallMs / 1000} s`));
  let timer = setTimeout(stalled, stallMs);
  const moved = () => {
    clearTimeout(timer);
    timer = setTimeout(stalled, stallMs);
  };
  const stream = new Transform({
    transform(chunk, _encoding, done) {
      moved();
      done(null, chunk);
    },
    flush(done) {
      moved();
      done();
    },
  });
  const onAbort = () => controller.abort(signal?.reason);
  if (signal?.aborted === true) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  pipeline(source, stream, (error) => {
    if (error) controller.abort(error);
  });
  return {
    stream,
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      stream.destroy();
      source.destroy();
    },
  };
}

/** The words of a refusal that came as a stream; the rest of a long one is dropped. */
export async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
