import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';

/** What it keeps its data on. */
export interface EngineDisk {
  readonly fileSystem: 'btrfs' | 'ext4';
  readonly driver: 'btrfs' | 'overlay2';
  readonly bytes: number;
}

/** An engine of its own, with its own containerd, on a file system in a file: that of the plane sees no mount of a test's. */
export class OwnEngine {
  readonly folder = mkdtempSync(join(tmpdir(), 'own-engine-'));
  readonly socket = join(this.folder, 'docker.sock');
  readonly #processes: ChildProcess[] = [];
  readonly #disk = join(this.folder, 'disk');

  constructor(private readonly about: EngineDisk) {}

  /** How much of its disk is taken. */
  usedBytes(): number {
    const { blocks, bfree, bsize } = statfsSync(this.#disk);
    return (blocks - bfree) * bsize;
  }

  async start(): Promise<void> {
    const { fileSystem, driver, bytes } = this.about;
    const file = this.#file('disk.img', '');
    truncateSync(file, bytes);
    mkdirSync(this.#disk);
    execFileSync(`mkfs.${fileSystem}`, [fileSystem === 'btrfs' ? '--quiet' : '-q', file]);
    execFileSync('mount', ['-o', 'loop', file, this.#disk]);
    const below = join(this.folder, 'containerd.sock');
    const settings = [
      ...['version = 2', `root = "${this.folder}/containerd"`, `state = "${this.folder}/state"`],
      ...['disabled_plugins = ["io.containerd.grpc.v1.cri"]', '[grpc]', `address = "${below}"`, ''],
    ].join('\n');
    await this.#run('containerd', ['--config', this.#file('containerd.toml', settings)], below);
    const words = [
      ...['--host', `unix://${this.socket}`, '--data-root', join(this.#disk, 'docker'), '--storage-driver', driver],
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
