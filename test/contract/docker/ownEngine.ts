import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A Docker engine, with a containerd of its own as on any host, that a test may stop and kill. */
export interface OwnEngine {
  readonly socketPath: string;
  start(): Promise<void>;
  /** SIGTERM: it stops its containers. SIGKILL: they live on without it. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Stops both and removes all that they had. */
  remove(): Promise<void>;
}

export async function ownEngine(): Promise<OwnEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const at = (name: string): string => join(folder, name);
  const socketPath = at('docker.sock');
  const containerd = await daemon(at('containerd.log'), 'containerd', [
    ...['--root', at('containerd'), '--state', at('containerd-state'), '--address', at('containerd.sock')],
  ]);
  let dockerd: ChildProcess | undefined;
  await until(() => listens(at('containerd.sock')), at('containerd.log'));
  return {
    socketPath,
    start: async () => {
      await rm(at('pid'), { force: true });
      dockerd = await daemon(at('dockerd.log'), 'dockerd', [
        ...['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid'), '-H', `unix://${socketPath}`],
        ...['--containerd', at('containerd.sock'), '--bridge=none', '--iptables=false', '--ip-forward=false'],
      ]);
      await until(() => answers(socketPath), at('dockerd.log'));
    },
    stop: (signal) => ended(dockerd, signal),
    remove: async () => {
      await ended(dockerd, 'SIGTERM');
      await ended(containerd, 'SIGTERM');
      await unmount(at('data'));
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** A killed engine leaves the mount that it makes of its own data folder, and the next puts one over it. */
async function unmount(path: string): Promise<void> {
  while ((await readFile('/proc/self/mounts', 'utf8')).includes(` ${path} `)) {
    await promisify(execFile)('umount', ['--recursive', path]);
  }
}

async function daemon(logPath: string, command: string, args: readonly string[]): Promise<ChildProcess> {
  const log = await open(logPath, 'a');
  const child = spawn(command, args, { stdio: ['ignore', log.fd, log.fd], detached: true });
  await log.close();
  return child;
}

async function ended(child: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

async function until(ready: () => Promise<boolean>, logPath: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (await ready()) return;
    await pause(100);
  }
  throw new Error(`It did not start:\n${(await readFile(logPath, 'utf8')).slice(-2000)}`);
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/_ping' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('error', () => {
      resolve(false);
    });
    asking.end();
  });
}
