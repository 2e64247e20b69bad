import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** As RabbitMQ 4.3 words it. */
const DENIED =
  'INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nBy default, this feature is not permitted anymore.';

/** connection.close with 541, blamed on queue.declare (AMQP 0-9-1: a method frame on channel 0). */
function connectionClose(): Buffer {
  const text = Buffer.from(DENIED);
  const payload = Buffer.concat([
    Buffer.from([0, 10, 0, 50, 541 >> 8, 541 & 0xff, text.length]),
    text,
    Buffer.from([0, 50, 0, 10]),
  ]);
  const head = Buffer.from([1, 0, 0, 0, 0, 0, payload.length]);
  return Buffer.concat([head, payload, Buffer.from([0xce])]);
}

/** Whether a chunk from a client holds queue.declare (class 50, method 10) as a frame of its own. */
function declaresQueue(chunk: Buffer): boolean {
  for (let at = 0; at + 11 <= chunk.length; at += 8 + chunk.readUInt32BE(at + 3)) {
    if (chunk[at] === 1 && chunk.readUInt32BE(at + 7) === (50 << 16) + 10) return true;
  }
  return false;
}

/** Stands before a RabbitMQ of today and refuses queues as one of tomorrow does. */
export async function withoutTransientQueues(brokerPort: number): Promise<{ port: number; close: () => void }> {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const broker = connect(brokerPort, '127.0.0.1');
    sockets.push(client, broker);
    client.on('data', (chunk) => {
      if (!declaresQueue(chunk)) return void broker.write(chunk);
      broker.destroy();
      client.write(connectionClose());
    });
    broker.on('data', (chunk) => client.write(chunk));
    for (const [one, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      one.on('error', () => other.destroy());
    }
    client.on('close', () => broker.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
