import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialConsoles } from '../../../src/console/consoles.js';
import { mayEnter } from '../../../src/console/guests.js';
import { ConsoleNotes } from '../../../src/console/notes.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { FakeTerminals } from './terminals.js';

const [ONE, OTHER] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const user = { userId: 'u', projectId: 'p' };
const HOST = '127.0.0.1';

describe('console', () => {
  let folder: string;
  let terminals: FakeTerminals;
  let nowMs: number;
  let lines: string[];
  let first: number;
  let passTime: (() => void)[];
  const sockets: Socket[] = [];
  const servers: (SerialConsoles | Server)[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'consoles-'));
    terminals = new FakeTerminals();
    nowMs = 1_000_000;
    lines = [];
    passTime = [];
    first = await freeRange(3);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const one of servers.splice(0)) await (one instanceof SerialConsoles ? one.stop() : one.close());
    rmSync(folder, { recursive: true });
  });

  async function start(ports = 3, host = HOST, networks: readonly string[] = []): Promise<SerialConsoles> {
    const write = (message: string, facts?: object): void => void lines.push(`${message} ${JSON.stringify(facts)}`);
    const consoles = new SerialConsoles({
      terminals,
      notes: new ConsoleNotes(folder),
      host,
      range: [first, first + ports],
      now: () => new Date(nowMs),
      mayEnter: mayEnter(networks),
      pause: (_ms, signal) =>
        new Promise((resolve) => {
          passTime.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        }),
      log: { debug: write, info: write, warn: write, error: write },
    });
    await consoles.open();
    servers.push(consoles);
    return consoles;
  }

  async function entered(port: number): Promise<Socket> {
    const socket = connect(port, HOST);
    sockets.push(socket);
    socket.setEncoding('utf8');
    await once(socket, 'connect');
    return socket;
  }

  async function says(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [answer] = (await once(socket, 'data')) as [string];
    return answer;
  }

  const refused = (port: number): Promise<void> =>
    rejects(entered(port), (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED');

  /** Lets the door see what the socket saw. */
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
  };

  it('leads the proxy to a terminal, for each announcement once', async () => {
    const consoles = await start();
    const { host, port } = await consoles.allot(ONE, user, 1000);
    equal(host, HOST);
    await refused(port);
    equal(await consoles.admit(ONE, port), true);
    const socket = await entered(port);
    equal(await says(socket, 'hello'), 'HELLO');
    await refused(port);
    deepEqual(readdirSync(join(folder, 'terminals')), ['shell%2F1']);
    socket.destroy();
    await until(() => readdirSync(join(folder, 'terminals')).length === 0);
    deepEqual(terminals.hungUp, ['shell/1']);
    match(lines.join('\n'), new RegExp(`A console session begins .*${ONE}.*"userId":"u","projectId":"p"`));
    await until(() => lines.some((line) => line.startsWith('A console session has ended')));
  });

  it('opens its port for a short time only', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    equal(await consoles.admit(ONE, port), true);
    await until(() => passTime.length === 1);
    passTime[0]?.();
    await new Promise((resolve) => setImmediate(resolve));
    await refused(port);
    equal(await consoles.admit(ONE, port), true);
    await entered(port);
  });

  it('turns away who is no proxy, and still waits for the proxy', async () => {
    const consoles = await start(3, HOST, ['127.0.0.2']);
    const { port } = await consoles.allot(ONE, user, 1000);
    await consoles.admit(ONE, port);
    const stranger = await entered(port);
    await once(stranger, 'close');
    const proxy = connect({ port, host: HOST, localAddress: '127.0.0.2' });
    sockets.push(proxy);
    proxy.setEncoding('utf8');
    equal(await says(proxy, 'hi'), 'HI');
    deepEqual(
      lines.filter((line) => line.includes('turned away')),
      [`A connection to a console was turned away {"port":${port},"address":"127.0.0.1"}`],
    );
  });

  it('ends the sessions with the container; the ports stay', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    await consoles.admit(ONE, port);
    const socket = await entered(port);
    equal(await says(socket, 'hi'), 'HI');
    const closed = once(socket, 'close');
    await consoles.endSessions(ONE);
    await closed;
    deepEqual(terminals.hungUp, ['shell/1']);
    equal(await consoles.admit(ONE, port), true);
  });

  it('has several sessions at once, and lets in as many as were announced', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    deepEqual(await Promise.all([consoles.admit(ONE, port), consoles.admit(ONE, port)]), [true, true]);
    const [one, other] = [await entered(port), await entered(port)];
    deepEqual([await says(one, 'a'), await says(other, 'b')], ['A', 'B']);
    await refused(port);
  });

  it('ends the session when the program ends, after its last word', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    await consoles.admit(ONE, port);
    const socket = await entered(port);
    await says(socket, 'x');
    const stream = terminals.open_.get('shell/1');
    stream?.push('goodbye');
    stream?.push(null);
    const [text] = (await once(socket, 'data')) as [string];
    equal(text, 'goodbye');
    await once(socket, 'close');
  });

  it('says why there is none', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    await consoles.admit(ONE, port);
    terminals.failure = new ServiceError('Conflict', 'The container is paused.');
    const [text] = (await once(await entered(port), 'data')) as [string];
    equal(text, '\r\nThere is no console: The container is paused.\r\n');
  });

  it('gives each user of each instance a port of his own, the same one again', async () => {
    const consoles = await start();
    const port = async (uuid: string, userId: string, ttlMs = 1000): Promise<number> =>
      (await consoles.allot(uuid, { ...user, userId }, ttlMs)).port - first;
    deepEqual([await port(ONE, 'u'), await port(ONE, 'v'), await port(OTHER, 'u')], [0, 1, 2]);
    deepEqual([await port(OTHER, 'u'), await port(ONE, 'v'), await port(ONE, 'u', 5000)], [2, 1, 0]);
    await rejects(port(OTHER, 'v'), {
      nova: { name: 'SocketPortRangeExhaustedException', code: 400, kwargs: { host: HOST } },
    });
    equal(await consoles.admit(OTHER, first), false);
    equal(await consoles.admit(ONE, first + 7), false);
    nowMs += 2000;
    equal(await consoles.admit(ONE, first + 1), false, 'its time is over');
    equal(await consoles.admit(ONE, first), true, 'it was asked for again with more time');
    equal(await port(OTHER, 'v'), 1);
  });

  it('passes over ports on which others listen, and admits nobody on one that was taken meanwhile', async () => {
    const taken = createServer().listen(first, HOST);
    servers.push(taken);
    await once(taken, 'listening');
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    equal(port, first + 1);
    const later = createServer().listen(port, HOST);
    servers.push(later);
    await once(later, 'listening');
    equal(await consoles.admit(ONE, port), false);
    match(lines.join('\n'), /can not be listened on/);
  });

  it('tells the operator when its address is not of this host', async () => {
    const consoles = await start(3, '192.0.2.77');
    await rejects(consoles.allot(ONE, user, 1000), /address of this host: \[serial_console\] proxyclient_address/);
  });

  it('knows its ports after a restart, and ends what a crash left running', async () => {
    const { port } = await (await start()).allot(ONE, user, 1000);
    writeFileSync(join(folder, 'terminals', 'shell%2F9'), '');
    writeFileSync(join(folder, 'ports', '77.new'), '{"ins');
    writeFileSync(join(folder, 'ports', '78'), 'broken');
    const next = await start();
    deepEqual(terminals.hungUp, ['shell/9']);
    deepEqual([readdirSync(join(folder, 'terminals')), readdirSync(join(folder, 'ports'))], [[], [String(port)]]);
    equal(await next.admit(ONE, port), true);
    equal(await says(await entered(port), 'again'), 'AGAIN');
  });

  it('keeps a terminal in mind that could not be ended', async () => {
    await start();
    writeFileSync(join(folder, 'terminals', 'shell%2F9'), '');
    terminals.hangUp = () => Promise.reject(new ServiceError('Unavailable', 'no engine'));
    await start();
    deepEqual(readdirSync(join(folder, 'terminals')), ['shell%2F9']);
  });

  it('ends with its instance, and no other does', async () => {
    const consoles = await start();
    const ports = [(await consoles.allot(ONE, user, 1000)).port, (await consoles.allot(OTHER, user, 1000)).port];
    const [mine = 0, theirs = 0] = ports;
    await consoles.admit(ONE, mine);
    await consoles.admit(OTHER, theirs);
    const [one, other] = [await entered(mine), await entered(theirs)];
    await Promise.all([says(one, 'a'), says(other, 'b')]);
    const [oneEnds, otherEnds] = [once(one, 'close'), once(other, 'close')];
    await consoles.close(ONE);
    await oneEnds;
    deepEqual(terminals.hungUp, ['shell/1']);
    equal(await consoles.admit(ONE, mine), false);
    equal(await says(other, 'still'), 'STILL');
    await consoles.stop();
    await otherEnds;
    ok(await consoles.admit(OTHER, theirs), 'the port stays for the next service');
  });

  it('has no more than so many sessions of an instance', async () => {
    const consoles = await start();
    const { port } = await consoles.allot(ONE, user, 1000);
    for (let n = 0; n < 16; n += 1) {
      await consoles.admit(ONE, port);
      await says(await entered(port), 'x');
    }
    await consoles.admit(ONE, port);
    const [text] = (await once(await entered(port), 'data')) as [string];
    match(text, /16 sessions are open already/);
  });
});

/** So many ports in a row on which nobody listens. */
async function freeRange(ports: number): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, HOST);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    if (port + ports < 65_536) return port;
  }
}
