import { brotliCompressSync, brotliDecompressSync, deflateSync, inflateSync } from 'node:zlib';
import { ServiceError } from '../errors/kinds.js';

/** No honest message is larger; keeps a small compressed one from filling the memory. */
const MAX_BYTES = 128 * 1024 * 1024;

interface Codec {
  readonly mimeType: string;
  readonly compress: (body: Buffer) => Buffer;
  readonly decompress: (body: Buffer) => Buffer;
}

/** kombu's "gzip" is zlib.compress, not the gzip file format (kombu/compression.py, release 5.2). */
const ZLIB: Codec = {
  mimeType: 'application/x-gzip',
  compress: (body) => deflateSync(body),
  decompress: (body) => inflateSync(body, { maxOutputLength: MAX_BYTES }),
};

const BROTLI: Codec = {
  mimeType: 'application/x-brotli',
  compress: (body) => brotliCompressSync(body),
  decompress: (body) => brotliDecompressSync(body, { maxOutputLength: MAX_BYTES }),
};

const CODECS: ReadonlyMap<string, Codec> = new Map([
  ['gzip', ZLIB],
  ['zlib', ZLIB],
  [ZLIB.mimeType, ZLIB],
  ['brotli', BROTLI],
  [BROTLI.mimeType, BROTLI],
]);

/** Body and header value for `kombu_compression`; '' leaves the body alone and needs no header. */
export function compress(body: Buffer, method: string): { body: Buffer; header?: string } {
  if (method === '') return { body };
  const codec = CODECS.get(method);
  if (!codec)
    throw new ServiceError('Invalid', `kombu_compression '${method}' cannot be written by this service: use gzip`);
  return { body: codec.compress(body), header: codec.mimeType };
}

/**
 * The body as it was before its sender compressed it; `header` is the AMQP header `compression`, if any.
 * @throws ServiceError Unsupported for a method that we cannot read, Invalid for a body that is not what it says.
 */
export function decompress(body: Buffer, header: unknown): Buffer {
  if (header === undefined || header === null || header === '') return body;
  const codec = typeof header === 'string' ? CODECS.get(header) : undefined;
  if (!codec) {
    throw new ServiceError(
      'Unsupported',
      `message compressed with ${JSON.stringify(header)}: set kombu_compression of its sender to gzip or leave it empty`,
    );
  }
  try {
    return codec.decompress(body);
  } catch (cause) {
    throw new ServiceError('Invalid', `message says it is compressed with ${codec.mimeType}, but is not`, { cause });
  }
}
