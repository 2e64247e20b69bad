import { ServiceError } from '../../errors/kinds.js';
import { decodeEnvelope, decompress, isWireObject, type WireObject } from '../../oslo/index.js';

/** One message, out of whatever it was kept in. */
export interface Captured {
  /** The inner message. */
  readonly message: WireObject;
  /** Exchange, routing key or queue, as far as they were kept, too. */
  readonly way?: string;
}

/** zlib's first byte with the window that everybody uses; JSON does not begin so. */
const ZLIB_MARK = 0x78;

/**
 * The messages of a file: a body as the broker had it, with or without envelope, compressed or not; what `rabbitmqadmin
 * get` or RabbitMQ's tracing plugin wrote; a file of our inbox; several of them, in a list or one a line.
 * Throws Invalid or Unsupported; the text quotes nothing of the file.
 */
export function readCaptured(file: Buffer): readonly Captured[] {
  const text = (file[0] === ZLIB_MARK ? decompress(file, 'zlib') : file).toString('utf8').trim();
  const whole = parsed(text);
  if (whole !== undefined) return unwrap(whole);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line, index) => {
    const value = parsed(line);
    if (value !== undefined) return unwrap(value);
    const where = lines.length === 1 ? 'The file' : `Line ${index + 1}`;
    throw new ServiceError('Invalid', `${where} is no JSON: what is wanted is a message as the broker had it.`);
  });
}

function unwrap(value: unknown): readonly Captured[] {
  if (Array.isArray(value)) return value.flatMap(unwrap);
  if (!isWireObject(value)) throw new ServiceError('Invalid', 'A message is a JSON object; this is none.');
  const way = wayOf(value);
  return [{ message: innerOf(value), ...(way !== '' && { way }) }];
}

function innerOf(value: WireObject): WireObject {
  const { message, payload } = value;
  if (isWireObject(message) && !('method' in value)) return innerOf(message);
  if (typeof payload === 'string' && !('event_type' in value)) return decodeEnvelope(bodyOf(value, payload));
  const inner = decodeEnvelope(Buffer.from(JSON.stringify(value)));
  if (kindOfMessage(inner) !== undefined) return inner;
  throw new ServiceError('Invalid', 'This JSON is no message: it has no method, no reply and no event in it.');
}

/** The management API says how it wrote the payload; the tracing plugin always writes base64. */
function bodyOf(value: WireObject, payload: string): Buffer {
  const isBase64 = value['payload_encoding'] === undefined || value['payload_encoding'] === 'base64';
  const body = Buffer.from(payload, isBase64 ? 'base64' : 'utf8');
  const { properties } = value;
  const headers = isWireObject(properties) ? properties['headers'] : undefined;
  return decompress(body, isWireObject(headers) ? headers['compression'] : undefined);
}

function wayOf(value: WireObject): string {
  const { exchange, routing_keys: keys, routing_key: key, queue, topic } = value;
  const known: [string, unknown][] = [
    ['exchange', exchange],
    ['routing key', Array.isArray(keys) ? keys.join(', ') : key],
    ['queue', queue ?? topic],
  ];
  return known
    .filter(([, text]) => typeof text === 'string' && text !== '' && text !== 'none')
    .map(([name, text]) => `${name} ${String(text)}`)
    .join(', ');
}

export type MessageKind = 'call' | 'cast' | 'reply' | 'notification';

/** Undefined for what is no message of oslo.messaging. */
export function kindOfMessage(message: WireObject): MessageKind | undefined {
  if (typeof message['method'] === 'string') return typeof message['_msg_id'] === 'string' ? 'call' : 'cast';
  if (typeof message['event_type'] === 'string') return 'notification';
  return typeof message['_msg_id'] === 'string' ? 'reply' : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
