import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoints } from '../../../../src/compute/ports/checkpoints.js';
import type { ContainerKey } from '../../../../src/compute/ports/containers.js';
import { createCheckpoints } from '../../../../src/docker/checkpoints.js';
import { OurContainers } from '../../../../src/docker/containers/ours.js';
import { containerLabels } from '../../../../src/docker/labels.js';
import { containerName } from '../../../../src/docker/names.js';
import type { HostSystem } from '../../../../src/docker/host/system.js';
import { unobserved } from '../../../../src/observe/calls.js';
import { keptLog, UUID } from '../plans.js';
import { json, withScriptedEngine, type ScriptedEngine } from '../scriptedEngine.js';

export const KEY: ContainerKey = { instanceUuid: UUID, role: 'main' };
export const ID = 'c0ffee';
const HOST = 'node-1';

/** Good for checkpoints; a test takes something away. */
export interface Host {
  info: Record<string, unknown>;
  criu: string | undefined;
  files: Record<string, string>;
  links: Record<string, string>;
  isOn: boolean;
  freeBytes: number;
}

export interface World {
  readonly scripted: ScriptedEngine;
  readonly checkpoints: Checkpoints;
  readonly host: Host;
  /** The engine's folder of the container's checkpoints, containerd's temporary one. */
  readonly folder: string;
  readonly temporary: string;
  /** What the engine says of the container. */
  readonly state: { Running: boolean; Status: string; StartedAt: string };
  readonly signal: AbortSignal;
  /** Called at each look of who waits. */
  onSleep: () => void;
  readonly left: () => readonly string[];
}

export async function withWorld(test: (world: World) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'checkpoints-test-'));
  try {
    await withScriptedEngine((scripted) => test(worldOver(scripted, root)));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function worldOver(scripted: ScriptedEngine, root: string): World {
  const temporary = join(root, 'tmp');
  const folder = join(root, 'containers', ID, 'checkpoints');
  for (const path of [temporary, join(root, 'containers', ID)]) mkdirSync(path, { recursive: true });
  const host = goodHost(root);
  const log = keptLog();
  const { engine, routes } = scripted;
  const checkpoints = createCheckpoints({
    ...{ engine, log, ours: new OurContainers(engine, HOST), temporaryFolder: temporary },
    settings: {
      maxMemoryBytes: 100 * 2 ** 20,
      get isOn() {
        return host.isOn;
      },
    },
    system: systemOf(host),
    clock: {
      now: () => new Date(),
      sleep: async () => {
        world.onSleep();
        return Promise.resolve();
      },
    },
    criuVersion: () => Promise.resolve(host.criu),
    freeBytes: () => Promise.resolve(host.freeBytes),
  });
  const state = { Running: true, Status: 'running', StartedAt: '2020-01-01T12:00:00Z' };
  const world: World = {
    ...{ scripted, checkpoints, host, folder, temporary, state },
    signal: new AbortController().signal,
    onSleep: () => undefined,
    left: () => (existsSync(folder) ? readdirSync(folder).toSorted() : []),
  };
  const name = containerName(KEY);
  const labels = containerLabels(KEY, { projectId: 'p' }, { host: HOST, imageLabels: {} });
  const inspect = (): unknown => ({ Id: ID, Name: `/${name}`, Config: { Labels: labels }, State: state });
  for (const one of [name, ID]) {
    routes.set(`GET /containers/${one}/json`, (request, response, path) =>
      json(200, inspect())(request, response, path),
    );
  }
  routes.set('GET /info', (request, response, path) => json(200, host.info)(request, response, path));
  routes.set('GET /events', (_request, response) => response.writeHead(200).end());
  routes.set(`GET /containers/${ID}/stats`, json(200, { memory_stats: { usage: 16 * 2 ** 20 } }));
  return world;
}

function goodHost(root: string): Host {
  return {
    info: {
      ...{ ServerVersion: '20.10.24', KernelVersion: '6.18.44', DockerRootDir: root, ExperimentalBuild: true },
      ...{ InitBinary: '/usr/bin/tini-static', Runtimes: {} },
    },
    criu: '4.2.1',
    files: {
      '/etc/criu/runc.conf': '# ours\ntcp-established\nfile-locks # both\n',
      '/proc/cpuinfo': 'processor\t: 0\nflags\t\t: sse avx2 fpu\n\nprocessor\t: 1\nflags\t\t: sse\n',
      '/usr/bin/tini-static': '',
      '/usr/sbin/iptables': '',
    },
    links: {},
    isOn: true,
    freeBytes: 2 ** 40,
  };
}

function systemOf(host: Host): HostSystem {
  const missing = (path: string): Promise<never> => Promise.reject(Object.assign(new Error(path), { code: 'ENOENT' }));
  return {
    readText: (path) => (host.files[path] === undefined ? missing(path) : Promise.resolve(host.files[path])),
    realPath: (path) => {
      const isFile = host.files[path] !== undefined || !/\/(tini-static|docker-init|iptables)$/.test(path);
      return isFile ? Promise.resolve(host.links[path] ?? path) : missing(path);
    },
    deviceOf: missing,
    list: missing,
    observer: unobserved,
  };
}

/** Files as CRIU writes them. */
export function writeImages(path: string, files: Readonly<Record<string, string>> = IMAGES): void {
  mkdirSync(path, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
}

export const IMAGES = { 'core-1.img': 'registers', 'inventory.img': '', 'pages-1.img': 'memory '.repeat(20_000) };
