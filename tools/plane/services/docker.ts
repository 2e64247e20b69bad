import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RUNTIME_PROGRAM } from '../../../src/network/host/runtime.js';
import { dockerSocket, type Plane } from '../plane.js';
import { criuEngineOptions, criuEnvironment, placeCriu } from './criu.js';
import { accepts, answers } from './reach.js';
import type { Service } from './service.js';

const pidFile = (plane: Plane): string => join(plane.run, 'dockerd.pid');

/** Also part of the names of its shims' sockets. */
export const containerdSocket = (plane: Plane): string => join(plane.run, 'containerd.sock');

/**
 * A containerd of the plane's own, apart from its engine as on a real host: an engine that is killed leaves the containers
 * running, and a machine's own containerd (which an engine without this would use) is never touched.
 */
export const containerd: Service = {
  name: 'containerd',
  packages: ['engine'],
  needs: [],
  ports: [],
  files: (plane) => [{ path: join(plane.etc, 'containerd.toml'), text: containerdOptions(plane) }],
  prepare: placeCriu,
  command: (plane) => ({
    argv: ['containerd', '--config', join(plane.etc, 'containerd.toml')],
    env: criuEnvironment(plane),
  }),
  // The engine's own start tells whether it works; here the socket is enough, and it stands once the API serves.
  ready: (plane) => accepts(containerdSocket(plane)),
};

function containerdOptions(plane: Plane): string {
  return [
    'version = 2',
    `root = ${JSON.stringify(join(plane.data, 'containerd'))}`,
    `state = ${JSON.stringify(join(plane.run, 'containerd'))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `  address = ${JSON.stringify(containerdSocket(plane))}`,
    '',
  ].join('\n');
}

/** The engine. It makes no bridge and no packet filter rule: networks are Neutron's and ours. */
export const docker: Service = {
  name: 'docker',
  packages: ['engine'],
  needs: ['containerd'],
  ports: [],
  files: (plane) => [{ path: join(plane.etc, 'docker.json'), text: engineConfig(plane) }],
  prepare: async (plane) => {
    await mkdir(join(plane.data, 'docker'), { recursive: true });
    // An engine that was killed leaves it, and the next one would take whoever has that pid by now for itself.
    await rm(pidFile(plane), { force: true });
    await copyFile(RUNTIME_PROGRAM, runtimeFile(plane));
    await chmod(runtimeFile(plane), 0o755);
  },
  command: (plane) => ({ argv: ['dockerd', ...engineOptions(plane)] }),
  ready: (plane) => answers({ socketPath: dockerSocket(plane), path: '/_ping' }),
  graceMs: 30_000,
};

/** As `nova-compute-docker setup` leaves a host's engine, with a caller's own options, whose values are JSON. */
function engineConfig(plane: Plane): string {
  const own = Object.entries(plane.overrides['docker']?.['engine'] ?? {});
  const options = Object.fromEntries(own.map(([name, value]) => [name, JSON.parse(value) as unknown]));
  const runtimes = { nova: { path: runtimeFile(plane) } };
  return `${JSON.stringify({ runtimes, ...criuEngineOptions(plane), ...options }, null, 2)}\n`;
}

const runtimeFile = (plane: Plane): string => join(plane.data, 'nova-runtime');

function engineOptions(plane: Plane): string[] {
  return [
    `--config-file=${join(plane.etc, 'docker.json')}`,
    `--containerd=${containerdSocket(plane)}`,
    `--data-root=${join(plane.data, 'docker')}`,
    `--exec-root=${join(plane.run, 'docker')}`,
    `--pidfile=${pidFile(plane)}`,
    `--host=unix://${dockerSocket(plane)}`,
    '--bridge=none',
    '--iptables=false',
    '--ip-forward=false',
    '--ip-masq=false',
    '--exec-opt=native.cgroupdriver=cgroupfs',
    `--cgroup-parent=/${plane.tag}`,
  ];
}
