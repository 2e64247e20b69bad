import { isWireObject, type WireObject } from '../envelope.js';
import { decodeRequest, type RequestMessage } from '../message.js';

/** Content of a pending message's file. */
export interface StoredMessage {
  readonly uniqueId: string;
  /** Which of our queues it came through. */
  readonly topic: string;
  /** ISO 8601. */
  readonly receivedAt: string;
  /** The inner message as it came, token included. */
  readonly message: WireObject;
}

const FORMAT = 1;

export function formatStored(stored: StoredMessage): string {
  return `${JSON.stringify({ format: FORMAT, ...stored })}\n`;
}

/** The message and its request; undefined for a file that was torn, edited, or written by a later release. */
export function parseStored(text: string): { stored: StoredMessage; request: RequestMessage } | undefined {
  try {
    const data: unknown = JSON.parse(text);
    if (!isWireObject(data) || data['format'] !== FORMAT) return undefined;
    const { uniqueId, topic, receivedAt, message } = data;
    if (typeof uniqueId !== 'string' || typeof topic !== 'string' || !isWireObject(message)) return undefined;
    return { stored: { uniqueId, topic, receivedAt: String(receivedAt), message }, request: decodeRequest(message) };
  } catch {
    return undefined;
  }
}
