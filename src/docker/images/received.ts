import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ServiceError } from '../../errors/kinds.js';
import type { ImageFacts } from '../../compute/ports/images.js';
import type { DataHash } from './reference.js';
import { watchStall, type StallLimits } from './stall.js';
import { imageUnacceptable } from './unacceptable.js';

export interface ReceivingParts extends StallLimits {
  readonly image: ImageFacts;
  readonly expected: DataHash | undefined;
  /** Told after every piece. */
  readonly progress: (bytes: number) => void;
}

/**
 * An image's data as they arrive: counted, hashed, and given up when nothing comes for too long. Read it once, to its
 * end; then `verify`.
 */
export class ReceivedData implements AsyncIterable<Uint8Array> {
  readonly #hash: Hash | undefined;
  #bytes = 0;
  #ended = false;
  #waitingSince: number | undefined;
  #stopped: Error | undefined;
  #interrupt: (reason: Error) => void = () => undefined;

  constructor(
    private readonly stream: Readable,
    private readonly parts: ReceivingParts,
  ) {
    this.#hash = parts.expected === undefined ? undefined : createHash(parts.expected.algorithm);
    // Its failure arrives through the reading below.
    this.stream.on('error', () => undefined);
  }

  /** Stops the data; reading them throws the reason, at once, whatever the stream does. */
  stop(reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.#stopped ??= error;
    this.#interrupt(error);
    this.stream.destroy(error);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const over = new AbortController();
    const watching = this.#watch(over.signal);
    const pieces = this.stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    try {
      for (let next = await this.#next(pieces); next.done !== true; next = await this.#next(pieces)) {
        this.#take(next.value);
        yield next.value;
      }
      this.#ended = true;
    } finally {
      this.stream.destroy();
      over.abort();
      await watching;
    }
  }

  /** Throws Unavailable when data are missing, Invalid when they are not what Glance took in. */
  verify(): Promise<void> {
    const problem = this.#problem();
    return problem === undefined ? Promise.resolve() : Promise.reject(problem);
  }

  /** Data that broke off tell more of the way here than of the image. */
  brokeOff(): ServiceError | undefined {
    const { id, sizeBytes } = this.parts.image;
    if (!this.#ended || sizeBytes === null || this.#bytes >= sizeBytes) return undefined;
    const text = `The download of image ${id} ended after ${this.#bytes} of ${sizeBytes} bytes.`;
    return new ServiceError('Unavailable', text);
  }

  #problem(): ServiceError | undefined {
    const { image, expected } = this.parts;
    const brokeOff = this.brokeOff();
    if (brokeOff !== undefined) return brokeOff;
    if (!this.#ended) return imageUnacceptable(image.id, 'data follow the end of its compression: upload it again');
    if (expected === undefined || this.#hash === undefined) return undefined;
    if (this.#hash.digest('hex') === expected.hex) return undefined;
    return imageUnacceptable(
      image.id,
      `its data do not match the ${expected.algorithm} that Glance keeps of them: upload it again`,
    );
  }

  /** Waits for the next piece; only meanwhile can the data stall, not while the reader is busy with the last one. */
  async #next(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
    if (this.#stopped !== undefined) throw this.#stopped;
    this.#waitingSince = this.parts.clock.now().getTime();
    try {
      return await new Promise((resolve, reject) => {
        this.#interrupt = reject;
        pieces.next().then(resolve, reject);
      });
    } finally {
      this.#waitingSince = undefined;
    }
  }

  #take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    this.#hash?.update(chunk);
    this.parts.progress(this.#bytes);
  }

  #watch(signal: AbortSignal): Promise<void> {
    return watchStall(
      this.parts,
      signal,
      () => this.#waitingSince,
      () => {
        const { stallTimeoutMs, image } = this.parts;
        const text = `The download of image ${image.id} stalled: nothing came for ${stallTimeoutMs / 1000} s after ${this.#bytes} bytes.`;
        this.stop(new ServiceError('Timeout', text));
      },
    );
  }
}
