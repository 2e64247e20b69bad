import { connect as connectTcp } from 'node:net';
import { request } from 'node:http';
import { connect as connectAmqp } from 'amqplib';
import type { Plane } from '../plane.js';

/** True when something accepts connections on the loopback port or the unix socket. */
export function accepts(where: number | string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(typeof where === 'number' ? { port: where, host: '127.0.0.1' } : { path: where });
    const answer = (yes: boolean) => (): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).setTimeout(2000, answer(false));
  });
}

/** True when an HTTP server answers at all, be it with "unauthorized", but not with an error of its own (5xx). */
export function answers(where: { port?: number; socketPath?: string; path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = request({ host: '127.0.0.1', agent: false, timeout: 15_000, ...where }, (response) => {
      response.resume();
      resolve((response.statusCode ?? 500) < 500);
    });
    ask.once('timeout', () => {
      ask.destroy();
    });
    ask.once('error', () => {
      resolve(false);
    });
    ask.end();
  });
}

/**
 * True when somebody consumes from that RPC queue: the moment from which a service of oslo.messaging can be called.
 * (Nova's own list of services lags behind a restart by its report interval.)
 */
export async function isConsumed(plane: Plane, queue: string): Promise<boolean> {
  let connection: Awaited<ReturnType<typeof connectAmqp>> | undefined;
  try {
    const address = { protocol: 'amqp', hostname: '127.0.0.1', port: plane.ports.rabbitmq };
    const login = { username: 'openstack', password: plane.secrets.rabbitmq };
    connection = await connectAmqp({ ...address, ...login }, { timeout: 5000 });
    connection.on('error', () => undefined);
    const channel = await connection.createChannel();
    // A queue that does not exist closes the channel with an error, which also rejects the call.
    channel.on('error', () => undefined);
    return (await channel.checkQueue(queue)).consumerCount > 0;
  } catch {
    return false;
  } finally {
    await connection?.close().catch(() => undefined);
  }
}
