import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { freeBytes, hostSystem } from '../../../src/app/host-system.js';
import type { Checkpoints } from '../../../src/compute/ports/checkpoints.js';
import { criuVersionOf } from '../../../src/docker/checkpoints/criu.js';
import { createCheckpoints } from '../../../src/docker/checkpoints.js';
import { OurContainers } from '../../../src/docker/containers/ours.js';
import { Engine } from '../../../src/docker/engine/engine.js';
import { containerLabels } from '../../../src/docker/labels.js';
import { messageOf } from '../../../src/errors/kinds.js';
import { unobserved } from '../../../src/observe/calls.js';
import { keptLog } from '../../unit/docker/plans.js';
import { Guests, port, type Guest } from '../network/guests.js';
import { failsAs } from './bench.js';

const HOST = 'contract-checkpoints';
const NAME = 'move-1';
const ADDRESS = '10.78.0.9';

/** Counts the lines of whoever connects, in its memory. */
const COUNTS = "exec nc -ll -p 7000 -e sh -c 'n=0; while read x; do n=$((n+1)); echo $n; done'";

const { signal } = new AbortController();

/** Asks the container over one connection. */
class Client {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: Interface;

  constructor(netns: string) {
    this.#process = spawn('nsenter', [
      `--net=/run/netns/${netns}`,
      '--',
      'socat',
      '-',
      `TCP:${ADDRESS}:7000,retry=100`,
    ]);
    this.#process.stdin.on('error', () => undefined);
    this.#lines = createInterface(this.#process.stdout);
  }

  /** One more line; what comes back. */
  async ask(): Promise<string> {
    const answer = new Promise<string>((resolve, reject) => {
      this.#lines.once('line', resolve);
      this.#process.once('exit', () => {
        reject(new Error('the connection is gone'));
      });
    });
    this.#process.stdin.write('one more\n');
    return answer;
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await gone;
  }
}

describe('checkpoints of containers on a real engine with CRIU', function () {
  this.timeout(180_000);
  let guests: Guests;
  let engine: Engine | undefined;
  let checkpoints: Checkpoints;
  let temporary: readonly string[];
  const clients: Client[] = [];

  before(async function () {
    if ((await criuVersionOf(unobserved)(signal)) === undefined) {
      console.log('    skipped: criu is not installed');
      return this.skip();
    }
    guests = await Guests.open({ experimental: true, 'init-path': '/usr/bin/tini-static' });
    const socketPath = join(guests.machine.folder, 'docker.sock');
    engine = new Engine({ socketPath, observer: unobserved, shortCallMs: 60_000 });
    checkpoints = createCheckpoints({
      ...{ engine, log: keptLog(), freeBytes, ours: new OurContainers(engine, HOST), temporaryFolder: tmpdir() },
      settings: { isOn: true, maxMemoryBytes: 256 * 2 ** 20 },
      system: hostSystem(unobserved),
      clock: { now: () => new Date(), sleep: () => new Promise((resolve) => setTimeout(resolve, 100)) },
      criuVersion: criuVersionOf(unobserved),
    });
    temporary = await copies();
    try {
      await checkpoints.ability(signal);
    } catch (error) {
      console.log(`    skipped: ${messageOf(error)}`);
      this.skip();
    }
  });
  afterEach(async () => {
    if (engine === undefined) return;
    for (const client of clients.splice(0)) await client.close();
    await guests.clear();
    deepEqual(await copies(), temporary);
  });
  after(async () => {
    if (engine === undefined) return;
    engine.close();
    await guests.close();
  });

  /** containerd's, of any engine of this machine. */
  async function copies(): Promise<readonly string[]> {
    return (await readdir(tmpdir())).filter((name) => /^ct(r)?d-checkpoint/.test(name)).toSorted();
  }

  async function make(guest: Guest, script = COUNTS): Promise<void> {
    const key = { instanceUuid: guest.uuid, role: 'main' } as const;
    const Labels = containerLabels(key, { projectId: 'p' }, { host: HOST, imageLabels: {} });
    await guests.create(guest, 'nova', { Labels, Cmd: ['sh', '-c', script] });
  }

  async function running(script = COUNTS) {
    const guest = await guests.plugged([port(9)]);
    await make(guest, script);
    await guests.start(guest);
    return { guest, key: { instanceUuid: guest.uuid, role: 'main' } as const };
  }

  function client(): Client {
    const made = new Client(guests.machine.netns);
    clients.push(made);
    return made;
  }

  const isRunning = ({ name }: Guest): Promise<string> =>
    guests.machine.docker('inspect', '--format', '{{.State.Status}}', name);

  it('goes on in another container, with its memory, its port and an open connection', async () => {
    const { guest, key } = await running();
    const one = client();
    equal(await one.ask(), '1');
    equal(await one.ask(), '2');

    const { bytes } = await checkpoints.take(key, NAME, signal);
    ok(bytes > 10_000);
    equal((await stat(join(await foldersOf(guest), NAME))).mode & 0o077, 0);
    equal(await isRunning(guest), 'exited');
    deepEqual(await checkpoints.take(key, NAME, signal), { bytes });
    const archive = await buffer(await checkpoints.read(key, NAME, signal));

    await guests.machine.docker('rm', guest.name);
    await make(guest);
    await checkpoints.place(key, NAME, Readable.from([archive]), signal);
    await checkpoints.restore(key, NAME, signal);
    equal(await one.ask(), '3');
    match(await guests.inside(guest, 'ip', '-o', 'addr'), /eth0 .* 10\.78\.0\.9\/24/);
    await checkpoints.forget(key, NAME);
    deepEqual(await folderOf(guest), []);

    // It is a container as any other.
    await guests.machine.docker('restart', '-t', '0', guest.name);
    equal(await client().ask(), '1');
  });

  it('is taken back where it was taken, and can be taken again', async () => {
    const { guest, key } = await running();
    const one = client();
    for (const [index, name] of ['first', 'second'].entries()) {
      equal(await one.ask(), String(2 * index + 1));
      await checkpoints.take(key, name, signal);
      await checkpoints.restore(key, name, signal);
      await checkpoints.forget(key, name);
      equal(await one.ask(), String(2 * index + 2));
    }
    equal(await isRunning(guest), 'running');
  });

  it('one that was asked for by somebody who is gone is found, however far it has come', async () => {
    for (const afterMs of [0, 50, 150, 400]) {
      const { key } = await running();
      const one = client();
      equal(await one.ask(), '1');
      const over = new AbortController();
      const taken = checkpoints.take(key, NAME, over.signal);
      setTimeout(() => {
        over.abort(new Error('gone'));
      }, afterMs);
      await taken.catch((error: unknown) => {
        equal(messageOf(error), 'gone');
      });
      ok((await checkpoints.take(key, NAME, signal)).bytes > 10_000);
      await checkpoints.restore(key, NAME, signal);
      equal(await one.ask(), '2');
      await checkpoints.forget(key, NAME);
      await one.close();
      await guests.clear();
    }
  });

  it("what CRIU can't write is refused with its words, and runs on", async () => {
    // An open file without a name would have to go along; CRIU takes no large ones.
    const large = '/bin/busybox dd if=/dev/zero of=/large bs=1M count=2; exec 3</large; /bin/busybox rm /large';
    const { guest, key } = await running(`${large}; ${COUNTS}`);
    const one = client();
    equal(await one.ask(), '1');
    await rejects(checkpoints.take(key, NAME, signal), failsAs('Unsupported', /can't be moved as they run: .+/));
    equal(await one.ask(), '2');
    equal(await isRunning(guest), 'running');
    deepEqual(await folderOf(guest), []);
    await checkpoints.forget(key, NAME);
  });

  it("what can't be taken up is refused with CRIU's words, and is stopped; without it the container starts anew", async () => {
    const { guest, key } = await running();
    await client().ask();
    await checkpoints.take(key, NAME, signal);
    const folder = await foldersOf(guest);
    const pages = (await readdir(join(folder, NAME))).filter((name) => name.startsWith('pages-'));
    for (const name of pages) await rm(join(folder, NAME, name));
    await rejects(
      checkpoints.restore(key, NAME, signal),
      failsAs('Unsupported', /could not be taken up here: (?!.*criu failed)./),
    );
    equal(await isRunning(guest), 'exited');
    await checkpoints.forget(key, NAME);
    await guests.start(guest);
    equal(await client().ask(), '1');
  });

  async function foldersOf({ name }: Guest): Promise<string> {
    const id = await guests.machine.docker('inspect', '--format', '{{.Id}}', name);
    return join(guests.machine.folder, 'docker', 'containers', id, 'checkpoints');
  }

  async function folderOf(guest: Guest): Promise<readonly string[]> {
    return readdir(await foldersOf(guest)).catch(() => []);
  }
});
