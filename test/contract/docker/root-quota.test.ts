import { deepEqual, equal, match } from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { busyboxReference, openBench, type Bench } from './bench.js';

/** A file system that can hold a container to a size; XFS can, too, with a kernel that has its quotas. */
const DISK_BYTES = 4 * 2 ** 30;

/** An engine of its own, with its own containerd, on a btrfs in a file: that of the plane sees no mount of a test's. */
class EngineOnBtrfs {
  readonly folder = mkdtempSync(join(tmpdir(), 'root-quota-'));
  readonly socket = join(this.folder, 'docker.sock');
  readonly #processes: ChildProcess[] = [];
  readonly #disk = join(this.folder, 'disk');

  async start(): Promise<void> {
    const file = this.#file('disk.img', '');
    truncateSync(file, DISK_BYTES);
    mkdirSync(this.#disk);
    execFileSync('mkfs.btrfs', ['--quiet', file]);
    execFileSync('mount', ['-o', 'loop', file, this.#disk]);
    const below = join(this.folder, 'containerd.sock');
    const settings = [
      ...['version = 2', `root = "${this.folder}/containerd"`, `state = "${this.folder}/state"`],
      ...['disabled_plugins = ["io.containerd.grpc.v1.cri"]', '[grpc]', `address = "${below}"`, ''],
    ].join('\n');
    await this.#run('containerd', ['--config', this.#file('containerd.toml', settings)], below);
    const words = [
      ...['--host', `unix://${this.socket}`, '--data-root', join(this.#disk, 'docker'), '--storage-driver', 'btrfs'],
      ...['--exec-root', join(this.folder, 'exec'), '--pidfile', join(this.folder, 'pid'), '--containerd', below],
      ...['--bridge', 'none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
      ...['--config-file', this.#file('docker.json', '{}')],
    ];
    await this.#run('dockerd', words, this.socket);
  }

  async stop(): Promise<void> {
    for (const process of this.#processes.toReversed()) {
      if (process.exitCode !== null) continue;
      process.kill('SIGTERM');
      await once(process, 'exit');
    }
    if (existsSync(this.#disk)) execFileSync('umount', ['--lazy', this.#disk]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #file(name: string, text: string): string {
    writeFileSync(join(this.folder, name), text);
    return join(this.folder, name);
  }

  async #run(program: string, words: readonly string[], socket: string): Promise<void> {
    const log = join(this.folder, `${program}.log`);
    const process = spawn('sh', ['-c', `exec "$0" "$@" >'${log}' 2>&1`, program, ...words], { stdio: 'ignore' });
    this.#processes.push(process);
    const isUp = (): boolean => {
      if (process.exitCode !== null) throw new Error(readFileSync(log, 'utf8'));
      return existsSync(socket);
    };
    await until(isUp, { what: program, signal: new AbortController().signal, everyMs: 50 });
  }
}

describe('the size of root disks on storage that can hold to it', function () {
  const engine = new EngineOnBtrfs();
  let bench: Bench;

  before(async function () {
    if (!/\tbtrfs$/m.test(readFileSync('/proc/filesystems', 'utf8'))) this.skip();
    await engine.start();
    bench = openBench(engine.socket);
  });
  after(async () => {
    await bench?.end();
    await engine.stop();
  });

  async function written(rootGb: number, mib: number): Promise<{ exitCode: number; output: string }> {
    const plan = bench.plan({ reference: await busyboxReference(bench), flavor: { rootGb } });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    const command = ['/bin/busybox', 'fallocate', '-l', `${mib}m`, '/file'];
    return bench.containers.runInside(plan.key, { command, user: '0', timeoutMs: 60_000 });
  }

  it('is the flavor’s: more is refused by the kernel, as much is not', async () => {
    equal(await bench.containers.limitsRootDisk(), true);
    equal((await written(1, 900)).exitCode, 0);
    const { exitCode, output } = await written(1, 1100);
    match(output, /quota|space/i);
    equal(exitCode, 1);
  });

  it('is none for a flavor without one, and the log has nothing to warn of', async () => {
    equal((await written(0, 1100)).exitCode, 0);
    deepEqual(
      bench.log.filter((line) => line.includes('not bounded')),
      [],
    );
  });
});
