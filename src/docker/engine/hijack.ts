import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusalOf } from './answer.js';

/** A call after whose answer the connection is a plain two-way stream of bytes (attach, exec). */
export interface HijackRequest {
  readonly socketPath: string;
  /** With the API version. */
  readonly path: string;
  readonly body: object;
}

/**
 * Opens the stream. Throws the engine's refusal, or the connection's error. Written out, since the client library only
 * knows streams that end with their request.
 */
export function hijack(call: HijackRequest, signal: AbortSignal): Promise<Duplex> {
  const body = JSON.stringify(call.body);
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = request({
      socketPath: call.socketPath,
      path: call.path,
      method: 'POST',
      signal,
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(body),
        Connection: 'Upgrade',
        Upgrade: 'tcp',
      },
    });
    asking.on('upgrade', (_answer, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asking.on('response', (answer: IncomingMessage) => {
      refusalOf(answer).then(reject, reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}
