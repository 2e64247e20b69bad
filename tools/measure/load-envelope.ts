import { isDeepStrictEqual } from 'node:util';
import { adminContext, decodeEnvelope } from '../../src/oslo/index.js';
import { encodeEnvelope } from '../../src/oslo/envelope.js';
import { decodeReply, encodeRequest } from '../../src/oslo/message.js';

/** A call that is sent again and again: serialised once, only the two ids in its bytes change. */
export interface ReadyCall {
  readonly args: object;
  /** The bytes of one call, in a buffer that the next one overwrites: to be copied before that. */
  body(messageId: string, uniqueId: string): Buffer;
}

const MESSAGE_ID = 'a'.repeat(32);
const UNIQUE_ID = 'b'.repeat(32);

/** What oslo.messaging's client sends to a server of version 1.0 without namespace. */
export function readyCall(method: string, args: object, replyQueue: string): ReadyCall {
  const message = encodeRequest({
    method,
    namespace: null,
    version: '1.0',
    args: { ...args },
    context: adminContext('00000000-0000-0000-0000-000000000000', new Date()),
    uniqueId: UNIQUE_ID,
    replyTo: { messageId: MESSAGE_ID, replyQueue, monitorTimeoutS: null },
  });
  const bytes = encodeEnvelope(message);
  const [messageAt, uniqueAt] = [onlyPlace(bytes, MESSAGE_ID), onlyPlace(bytes, UNIQUE_ID)];
  return {
    args,
    body: (messageId, uniqueId) => {
      bytes.write(messageId, messageAt, 'latin1');
      bytes.write(uniqueId, uniqueAt, 'latin1');
      return bytes;
    },
  };
}

function onlyPlace(bytes: Buffer, id: string): number {
  const place = bytes.indexOf(id);
  if (place < 0 || bytes.includes(id, place + 1)) throw new Error('arguments that look like an id cannot be sent');
  return place;
}

/** How both libraries end a whole reply without failure, with and without blanks. */
const ENDING =
  /\\"failure\\": ?null, ?\\"ending\\": ?true, ?\\"_msg_id\\": ?\\"([0-9a-f]{32})\\", ?\\"_unique_id\\": ?\\"[0-9a-f]{32}\\"\}"\}$/;
const ENDING_BYTES = 256;

/** Of so many replies one is read whole, besides the first and every one that looks unlike it. */
const SAMPLE = 100;

/**
 * Tells whose reply it is without reading all of it, and still notices a server that does not echo: a reply must end as
 * a success does and be as long as one that was read whole; the first, and then a sample, are read whole.
 */
export class ReplyReader {
  private provenLength = -1;
  private sinceProof = 0;

  constructor(private readonly args: object) {}

  /** The message id. @throws Error for a reply that is not the whole echo */
  messageIdOf(body: Buffer): string {
    const messageId = ENDING.exec(body.toString('latin1', Math.max(0, body.length - ENDING_BYTES)))?.[1];
    this.sinceProof += 1;
    if (messageId !== undefined && body.length === this.provenLength && this.sinceProof < SAMPLE) return messageId;
    const proven = this.prove(body);
    if (messageId !== undefined) this.provenLength = body.length;
    this.sinceProof = 0;
    return proven;
  }

  private prove(body: Buffer): string {
    const reply = decodeReply(decodeEnvelope(body));
    if (reply.failure !== null || !reply.ending) throw new Error(`no echo but ${reply.failure ?? 'a sign of life'}`);
    if (!isDeepStrictEqual(reply.result, this.args)) throw new Error('the echo is not what was sent');
    return reply.messageId;
  }
}
