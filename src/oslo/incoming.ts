import type { ConsumeMessage } from 'amqplib';
import { decompress } from './compression.js';
import { decodeEnvelope, type WireObject } from './envelope.js';

/** The inner message of a delivery. @throws ServiceError Invalid or Unsupported for what cannot be read */
export function innerMessage(delivery: Pick<ConsumeMessage, 'content' | 'properties'>): WireObject {
  return decodeEnvelope(decompress(delivery.content, delivery.properties.headers?.['compression']));
}
