import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { until } from '../../../tools/plane/machine/wait.js';
import { makeCertificates } from '../../contract/oslo/broker.js';
import { inside } from '../support/inside.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const { signal } = new AbortController();
/** busybox asks the terminal right behind it where it is. */
const PROMPT = /[#$] /;

/** A user's end of a serial console, through Debian's nova-serialproxy. */
class Terminal {
  #text = '';

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => (this.#text += data.toString()));
  }

  /** `ca`: the authority that a proxy with TLS has its certificate of, for `localhost`. */
  static async open(url: string, ca?: Buffer): Promise<Terminal> {
    const options = ca === undefined ? {} : { agent: new Agent({ ca, servername: 'localhost' }) };
    const socket = new WebSocket(url, ['binary'], options);
    socket.on('error', () => undefined);
    const terminal = new Terminal(socket);
    await Promise.race([once(socket, 'open'), once(socket, 'close')]);
    return terminal;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  type(text: string): void {
    // nova-serialproxy takes no text frames.
    this.socket.send(Buffer.from(text));
  }

  /** Waits until it has shown that, and forgets what came before. */
  async shows(wanted: RegExp): Promise<string> {
    await until(() => wanted.test(this.#text), {
      what: `${String(wanted)} in ${this.#text}`,
      signal,
      everyMs: 20,
    });
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Waits until the other end is gone. */
  async ends(): Promise<void> {
    await until(() => this.socket.readyState === WebSocket.CLOSED, {
      what: 'a console to end',
      signal,
    });
  }

  async close(): Promise<void> {
    this.socket.terminate();
    await this.ends();
  }
}

describe('a serial console', () => {
  const lab = new Lab();
  const terminals: Terminal[] = [];

  before(() => lab.plane.service('nova-serialproxy').start());
  after(() => lab.plane.service('nova-serialproxy').stop());
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
    await lab.deleteAll();
  });

  /** As `openstack console url show --serial` does. */
  async function urlOf(id: string, by = lab): Promise<string> {
    const body = { remote_console: { protocol: 'serial', type: 'serial' } };
    const path = `/servers/${id}/remote-consoles`;
    return (await by.rest.post<{ remote_console: { url: string } }>('compute', path, body, lab.latest)).remote_console
      .url;
  }

  async function opened(url: string): Promise<Terminal> {
    const terminal = await Terminal.open(url);
    terminals.push(terminal);
    return terminal;
  }

  const shells = async (id: string): Promise<number> =>
    Number(await inside(lab, id, 'ps | grep -c "[b]in/sh -l"; true'));
  const log = (): string => readFileSync(lab.plane.service('compute').logFile, 'utf8');

  it('is a shell with a terminal; several at once; each is logged with its user, and leaves nothing running', async () => {
    const { id } = await lab.boot({ name: 'looked-at' });
    const { url } = (await lab.plane.openstack(['console', 'url', 'show', '--serial', id])) as { url: string };
    const one = await opened(url);
    one.type('stty size; tty; echo $((40 + 2))\r');
    assert.match(await one.shows(/\n42\r/), /24 80\r\n\/dev\/pts\/0/);
    // Keys that an engine would take for its own reach the shell: up, the last command again.
    one.type('\x10\r');
    await one.shows(/\n42\r/);

    const other = await opened(await urlOf(id));
    other.type('echo its $((1 + 1))nd\r');
    await other.shows(/\nits 2nd\r/);
    assert.equal(await shells(id), 2);
    await one.close();
    await until(async () => (await shells(id)) === 1, { what: 'the first shell to end', signal });
    other.type('exit\r');
    await other.ends();
    assert.match(log(), new RegExp(`A console session begins .*${id} userId=[0-9a-f]{32} `));
    assert.ok(!log().includes(new URL(url).searchParams.get('token') ?? 'no token'));
  });

  it('is shut to everybody else: its port takes nobody whom the proxy has not announced', async () => {
    const { id } = await lab.boot();
    const url = await urlOf(id);
    const terminal = await opened(url);
    await terminal.shows(PROMPT);
    for (let port = 10_000; port < 10_010; port += 1) {
      const socket = connect(port, '127.0.0.1');
      const isIn = await Promise.race([
        once(socket, 'connect').then(() => true),
        once(socket, 'close').then(() => false),
      ]).catch(() => false);
      assert.equal(isIn, false, `port ${port}`);
    }
    const forged = await Terminal.open(url.replace(/token=.*/, 'token=00000000-0000-4000-8000-000000000000'));
    await forged.ends();
  });

  it('is refused to a token that is too old, and shut to its address; a session goes on', async () => {
    const own = lab.plane.service('compute');
    await own.stop();
    const service = await WitnessedService.start(lab.plane, undefined, '[consoleauth]\ntoken_ttl = 10\n');
    try {
      const { id } = await lab.boot();
      const url = await urlOf(id);
      const terminal = await opened(url);
      await terminal.shows(PROMPT);
      const isRefused = async (): Promise<boolean> => {
        const again = await opened(url);
        return Promise.race([again.ends().then(() => true), again.shows(PROMPT).then(() => false)]);
      };
      await until(isRefused, { what: 'the token to be too old', signal, everyMs: 1000, timeoutMs: 90_000 });
      terminal.type('echo still $((2 * 4))\r');
      await terminal.shows(/\nstill 8\r/);
    } finally {
      await service.stop();
      await own.start();
    }
  });

  it('works again after a restart of the service, with the address from before; a crash leaves no shell', async () => {
    const { id } = await lab.boot();
    const url = await urlOf(id);
    const terminal = await opened(url);
    await terminal.shows(PROMPT);
    const compute = lab.plane.service('compute');
    await compute.kill();
    await terminal.ends();
    assert.equal(await shells(id), 1);
    await compute.start();
    assert.equal(await shells(id), 0);
    const again = await opened(url);
    again.type('echo still $((3 * 3))\r');
    await again.shows(/\nstill 9\r/);
  });

  it('ends with its server, and there is none of one that does not run', async () => {
    const { id } = await lab.boot();
    const terminal = await opened(await urlOf(id));
    await terminal.shows(PROMPT);
    await lab.act(id, { 'os-stop': null });
    await terminal.ends();
    await lab.reaches(id, 'SHUTOFF');
    await assert.rejects(urlOf(id), /409/);
    await lab.act(id, { 'os-start': null });
    await lab.reaches(id, 'ACTIVE');
    const last = await opened(await urlOf(id));
    await last.shows(PROMPT);
    await lab.delete(id);
    await last.ends();
  });

  it('is the terminal of process 1 where that is wanted', async () => {
    const metadata = {
      'docker:console': 'attach',
      'docker:command': 'sh -c "while read line; do echo got $line; done"',
    };
    const { id } = await lab.boot({ metadata });
    const one = await opened(await urlOf(id));
    const other = await opened(await urlOf(id));
    one.type('hello\r');
    await one.shows(/got hello/);
    other.type('again\r');
    await other.shows(/got again/);
    await one.shows(/got again/);
    await one.close();
    const { output } = await lab.act<{ output: string }>(id, { 'os-getConsoleOutput': { length: 5 } });
    assert.match(output, /got hello/);
    assert.equal((await lab.show(id)).status, 'ACTIVE');
  });

  it('is behind TLS where the proxy has a certificate, and only there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ncd-console-'));
    const { ca, cert, key } = await makeCertificates(folder);
    const proxy = lab.plane.service('nova-serialproxy');
    try {
      await proxy.restart({ nova: { DEFAULT: { ssl_only: 'true', cert, key } } });
      const { id } = await lab.boot();
      const url = await urlOf(id);
      await assert.rejects(Terminal.open(url));
      const terminal = await Terminal.open(url.replace(/^ws:/, 'wss:'), readFileSync(ca));
      terminals.push(terminal);
      terminal.type('echo safe $((2 + 2))\r');
      await terminal.shows(/\nsafe 4\r/);
    } finally {
      await proxy.restart();
      rmSync(folder, { recursive: true });
    }
  });

  it('is the only kind there is', async () => {
    const { id } = await lab.boot();
    for (const [protocol, type] of [
      ['vnc', 'novnc'],
      ['spice', 'spice-html5'],
      ['rdp', 'rdp-html5'],
      ['mks', 'webmks'],
    ]) {
      const asked = lab.rest.post(
        'compute',
        `/servers/${id}/remote-consoles`,
        { remote_console: { protocol, type } },
        lab.latest,
      );
      await assert.rejects(asked, /400.*Unavailable console type/s);
    }
  });
});
