import { equal, match, ok } from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Containers } from '../../../src/compute/ports/containers.js';
import { hostSystem } from '../../../src/app/host-system.js';
import { createContainers } from '../../../src/docker/containers.js';
import { lxcfsFiles } from '../../../src/docker/host/lxcfs.js';
import { unobserved } from '../../../src/observe/calls.js';
import { until } from '../../../tools/plane/machine/wait.js';
import { openPlane } from '../../../tools/plane/open.js';
import { silent } from '../../unit/compute/parts.js';
import { resolved } from '../../unit/settings/shipped.js';
import { busyboxReference, diedOn, openBench, testSocket, type Bench } from './bench.js';

const run = promisify(execFile);

describe('lxcfs on a real engine', () => {
  let bench: Bench;
  let containers: Containers;
  let folder: string;
  let lxcfs: ChildProcess;
  let inEngine: readonly string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ncd-lxcfs-'));
    // A plane's engine has mounts of its own; on a compute host lxcfs, engine and service see the same ones.
    inEngine = ['--mount', `--target=${openPlane().service('docker').pid}`, '--'];
    lxcfs = spawn('nsenter', [...inEngine, 'lxcfs', '-f', '--enable-cfs', '-p', `${folder}.pid`, folder], {
      stdio: 'ignore',
    });
    await until(async () => (await list(join(folder, 'proc')).catch(() => [])).length > 0, {
      what: 'lxcfs to show its files',
      signal: new AbortController().signal,
    });
    bench = openBench(testSocket());
    const settings = { ...bench.settings, lxcfsFolder: folder };
    const { engine, stream: events } = bench;
    containers = createContainers({
      engine,
      events,
      settings,
      system: { ...hostSystem(unobserved), list },
      log: silent,
    });
  });
  after(async () => {
    await bench.end();
    lxcfs.kill();
    await once(lxcfs, 'exit');
    await rm(folder, { recursive: true });
    await rm(`${folder}.pid`, { force: true });
  });

  async function list(path: string): Promise<readonly string[]> {
    const { stdout } = await run('nsenter', [...inEngine, 'ls', path]);
    return stdout.split('\n').filter((name) => name !== '');
  }

  it('shows a container its own CPUs, memory and uptime', async () => {
    const look =
      'cat /proc/meminfo /proc/uptime; echo cpus $(busybox grep -c ^processor /proc/cpuinfo); cat /proc/swaps';
    const plan = bench.plan({
      reference: await busyboxReference(bench),
      settings: resolved({ metadata: { 'docker:command': JSON.stringify(['/bin/sh', '-c', look]) } }).values,
    });
    await containers.create(plan, bench.signal);
    await containers.start(plan.key);
    await diedOn(bench, plan);
    const text = await containers.consoleOutput(plan.key, null);
    match(text, new RegExp(`^MemTotal: +${plan.instance.flavor.memoryMb * 1024} kB$`, 'm'));
    const [, uptime] = /^(\d+\.\d+) \d+\.\d+$/m.exec(text) ?? [];
    ok(Number(uptime) < 30, `uptime ${uptime}`);
    match(text, new RegExp(`^cpus ${plan.instance.flavor.vcpus}$`, 'm'));
  });

  it('is left out where it does not run', async () => {
    equal((await lxcfsFiles(join(folder, 'nothing'), { ...hostSystem(unobserved), list })).length, 0);
  });
});
