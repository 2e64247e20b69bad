import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import Dockerode from 'dockerode';
import { HostPorts } from '../../../src/network/host/ports.js';
import { createPlanRunner, RUNTIME_PROGRAM } from '../../../src/network/host/runtime.js';
import { unobserved } from '../../../src/observe/calls.js';

const execute = promisify(execFile);

/** A compute host in a network namespace of its own: engine with our runtime, Open vSwitch in user space, no agent. */
export class Machine {
  readonly netns = `nct-${randomBytes(3).toString('hex')}`;
  readonly ports: HostPorts;
  readonly #daemons: ChildProcess[] = [];
  readonly #everUsed = new Set<string>();
  #engine: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    private readonly engineOptions: Readonly<Record<string, unknown>>,
  ) {
    const runner = createPlanRunner(unobserved, join(folder, 'enter'));
    const settings = { ovsdbConnection: this.ovsdb, wiringTimeoutSeconds: 10 };
    this.ports = new HostPorts({ statePath: join(folder, 'state'), settings, runner });
  }

  /** `engineOptions`: more for its configuration. */
  static async start(engineOptions: Readonly<Record<string, unknown>> = {}): Promise<Machine> {
    const machine = new Machine(await mkdtemp(join(tmpdir(), 'nct-')), engineOptions);
    await machine.#prepare();
    return machine;
  }

  get ovsdb(): string {
    return `unix:${join(this.folder, 'ovs', 'db.sock')}`;
  }

  /** The program that its engine calls. */
  get runtime(): string {
    return join(this.folder, 'runtime');
  }

  /** Runs a program in the host's network namespace; gives what it prints. Throws with its words when it fails. */
  async host(...words: readonly string[]): Promise<string> {
    return run(['nsenter', `--net=/run/netns/${this.netns}`, '--', ...words]);
  }

  async ovs(...words: readonly string[]): Promise<string> {
    return this.host('ovs-vsctl', '--timeout=20', `--db=${this.ovsdb}`, ...words);
  }

  /** Its API, for what the client has no option of. */
  get engine(): Dockerode {
    return new Dockerode({ socketPath: join(this.folder, 'docker.sock') });
  }

  async docker(...words: readonly string[]): Promise<string> {
    return run(['docker', '-H', `unix://${join(this.folder, 'docker.sock')}`, ...words]);
  }

  /** Devices, switch ports, kept namespaces and folders that there are on this host. */
  async inventory(): Promise<readonly string[]> {
    const devices = lines(await this.host('ip', '-o', 'link', 'show')).map(
      (line) => `device ${line.split(/[:@] ?/)[1]}`,
    );
    const switchPorts = lines(await this.ovs('list-ports', 'br-int')).map((name) => `switch port ${name}`);
    const folders = await readdir(join(this.folder, 'state', 'networks')).catch(() => []);
    const kept = lines(await run(['ip', 'netns', 'list'])).filter((line) =>
      this.#everUsed.has(line.slice('nova-'.length, 41)),
    );
    return [...devices, ...switchPorts, ...folders, ...kept].sort();
  }

  /** A new instance's uuid. */
  newUuid(): string {
    const uuid = randomUUID();
    this.#everUsed.add(uuid);
    return uuid;
  }

  /** Starts a program that lives as long as the machine. */
  async serve(...words: readonly string[]): Promise<void> {
    this.#daemons.push(await this.#daemon('served', words));
  }

  async startEngine(): Promise<void> {
    this.#engine = await this.#daemon('docker', ['dockerd', '--config-file', join(this.folder, 'daemon.json')]);
    for (let tries = 0; tries < 300; tries += 1) {
      if (
        await this.docker('version').then(
          () => true,
          () => false,
        )
      )
        return;
      await pause(100);
    }
    throw new Error(
      `The engine did not start:\n${(await readFile(join(this.folder, 'docker.log'), 'utf8')).slice(-2000)}`,
    );
  }

  async stopEngine(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await ended(this.#engine, signal);
    await rm(join(this.folder, 'docker.pid'), { force: true });
  }

  async remove(): Promise<void> {
    const ids = (await this.docker('ps', '-aq').catch(() => '')).split('\n').filter(Boolean);
    if (ids.length > 0) await this.docker('rm', '-f', ...ids);
    await this.stopEngine('SIGTERM');
    for (const daemon of this.#daemons.reverse()) await ended(daemon, 'SIGTERM');
    await run(['ip', 'netns', 'delete', this.netns]);
    // An engine that was killed leaves its folder mounted.
    const mounts = lines(await readFile('/proc/mounts', 'utf8')).map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((path) => path.startsWith(`${this.folder}/`)).reverse())
      await run(['umount', '-l', mount]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  async #prepare(): Promise<void> {
    await run(['ip', 'netns', 'add', this.netns]);
    await this.host('ip', 'link', 'set', 'lo', 'up');
    // As the service does it, but in the namespace of this host.
    await writeFile(
      join(this.folder, 'enter'),
      `exec nsenter --net=/run/netns/${this.netns} /bin/sh ${RUNTIME_PROGRAM} "$@"\n`,
    );
    await cp(RUNTIME_PROGRAM, join(this.folder, 'runtime'));
    await chmod(join(this.folder, 'runtime'), 0o755);
    await Promise.all([this.#startSwitch(), this.#startContainerd().then(() => this.startEngine())]);
    await this.#importImage();
  }

  async #startSwitch(): Promise<void> {
    const folder = join(this.folder, 'ovs');
    await mkdir(folder);
    await run(['ovsdb-tool', 'create', join(folder, 'conf.db'), '/usr/share/openvswitch/vswitch.ovsschema']);
    const options = { OVS_RUNDIR: folder, OVS_LOGDIR: folder, OVS_DBDIR: folder };
    const database = ['ovsdb-server', join(folder, 'conf.db'), `--remote=p${this.ovsdb}`, '--no-chdir'];
    this.#daemons.push(await this.#daemon('ovsdb', database, options));
    for (let tries = 0; tries < 100; tries += 1) {
      if (
        await this.ovs('--no-wait', 'init').then(
          () => true,
          () => false,
        )
      )
        break;
      await pause(50);
    }
    this.#daemons.push(await this.#daemon('vswitchd', ['ovs-vswitchd', this.ovsdb, '--no-chdir'], options));
    await this.ovs('add-br', 'br-int', '--', 'set', 'Bridge', 'br-int', 'datapath_type=netdev');
  }

  /** Apart from the engine, so that containers outlive an engine that is killed. */
  async #startContainerd(): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    const folders = [`root = "${at('containerd')}"`, `state = "${at('cd')}"`];
    const options = ['version = 2', ...folders, 'disabled_plugins = ["io.containerd.grpc.v1.cri"]'];
    await writeFile(at('containerd.toml'), [...options, '[grpc]', `  address = "${at('containerd.sock')}"`].join('\n'));
    this.#daemons.push(await this.#daemon('containerd', ['containerd', '--config', at('containerd.toml')]));
    await this.#configureEngine();
  }

  async #configureEngine(): Promise<void> {
    const at = (name: string): string => join(this.folder, name);
    const options = {
      runtimes: { nova: { path: at('runtime') } },
      hosts: [`unix://${at('docker.sock')}`],
      containerd: at('containerd.sock'),
      pidfile: at('docker.pid'),
      'data-root': at('docker'),
      'exec-root': at('exec'),
      bridge: 'none',
      iptables: false,
      'ip-forward': false,
      ...this.engineOptions,
    };
    await writeFile(at('daemon.json'), JSON.stringify(options));
  }

  async #importImage(): Promise<void> {
    const root = join(this.folder, 'root');
    await mkdir(join(root, 'bin'), { recursive: true });
    await cp('/usr/bin/busybox', join(root, 'bin', 'busybox'));
    for (const name of ['sh', 'ip', 'nc', 'sleep', 'cat', 'ping', 'echo', 'httpd'])
      await symlink('busybox', join(root, 'bin', name));
    await run(['tar', '-C', root, '-cf', join(this.folder, 'root.tar'), '.']);
    await this.docker('import', join(this.folder, 'root.tar'), 'busybox');
  }

  async #daemon(
    name: string,
    words: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ChildProcess> {
    const log = await open(join(this.folder, `${name}.log`), 'a');
    const child = spawn('nsenter', [`--net=/run/netns/${this.netns}`, '--', ...words], {
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, ...env },
      detached: true,
    });
    await log.close();
    return child;
  }
}

async function ended(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

export async function run(words: readonly string[]): Promise<string> {
  const [program = '', ...rest] = words;
  const { stdout } = await execute(program, rest, { maxBuffer: 16 * 1024 * 1024 });
  return stdout.trim();
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
