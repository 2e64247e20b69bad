import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

export type Release = 'zed' | 'epoxy';

/** One message as the broker's trace showed it, in order of publication. */
export interface RecordedMessage {
  /** Since the beginning of the recording. */
  readonly ms: number;
  readonly exchange: string;
  readonly routing_keys: readonly string[];
  readonly properties: Readonly<Record<string, unknown>>;
  /** It travelled inside oslo.version / oslo.message. */
  readonly enveloped: boolean;
  /** The inner message: a request (method, args, _context_*), a reply (result, failure) or a notification (payload). */
  readonly message: Readonly<Record<string, unknown>>;
}

/** All messages of a recording. Parsed anew for each caller, who may change them. */
export function readTour(release: Release): RecordedMessage[] {
  const packed = readFileSync(new URL(`${release}.jsonl.br`, import.meta.url));
  const lines = brotliDecompressSync(packed).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedMessage);
}

/** The arguments of each recorded request for a method, in order. */
export function argumentsOf(tour: readonly RecordedMessage[], method: string): Readonly<Record<string, unknown>>[] {
  return tour
    .filter(({ message }) => message['method'] === method)
    .map(({ message }) => message['args'] as Readonly<Record<string, unknown>>);
}
