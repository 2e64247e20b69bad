import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerEvent, ContainerPlan, GuestContent } from '../../../src/compute/ports/containers.js';
import { inject } from '../../../src/docker/containers/inject.js';
import { inspectContainer } from '../../../src/docker/engine/containers.js';
import type { SettingTexts } from '../../../src/settings/written.js';
import type { PlanChanges } from '../../unit/docker/plans.js';
import { resolved } from '../../unit/settings/shipped.js';
import { busyboxReference, diedOn, failsAs, openBench, testSocket, type Bench } from './bench.js';

/** Looks into the container by what it prints. */
function script(text: string): string {
  return JSON.stringify(['/bin/sh', '-c', text]);
}

describe('settings on a real engine', () => {
  let bench: Bench;
  let reference: string;

  before(async () => {
    bench = openBench(testSocket());
    reference = await busyboxReference(bench);
  });
  after(() => bench.end());

  function plan(texts: Partial<SettingTexts>, changes: PlanChanges = {}): ContainerPlan {
    return bench.plan({ reference, settings: resolved(texts).values, ...changes });
  }

  /** What a container prints until it ends. */
  async function printed(made: ContainerPlan): Promise<string> {
    await bench.containers.create(made, bench.signal);
    await bench.containers.start(made.key);
    await diedOn(bench, made);
    return bench.containers.consoleOutput(made.key, null);
  }

  it('show inside of the container', async () => {
    const look = [
      'echo env $GREETING; echo user $(id -u):$(id -g); echo dir $(pwd); echo files $(ulimit -H -n)',
      'echo somaxconn $(cat /proc/sys/net/core/somaxconn); echo pids $(cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null)',
      'echo mounts; cat /proc/mounts; echo caps; cat /proc/self/status',
      'echo write; echo x >/root-file && echo written',
    ];
    const text = await printed(
      plan({
        flavor: { 'docker:pids_limit': '99', 'docker:shm_size': '8m' },
        image: { docker_user: '1000:1000', docker_env_GREETING: 'from image' },
        metadata: {
          'docker:command': script(look.join('\n')),
          'docker:env:GREETING': 'hello world',
          'docker:workdir': '/bin',
          'docker:ulimit:nofile': '111:222',
          'docker:sysctl:net.core.somaxconn': '321',
          'docker:tmpfs': '/scratch:size=1m,mode=700',
          'docker:read_only': 'true',
          'docker:cap_drop': 'ALL',
          'docker:init': 'false',
        },
      }),
    );
    match(text, /^env hello world$/m);
    match(text, /^user 1000:1000$/m);
    match(text, /^dir \/bin$/m);
    match(text, /^files 222$/m);
    match(text, /^somaxconn 321$/m);
    match(text, /^pids 99/m);
    match(text, /tmpfs \/scratch tmpfs .*size=1024k,mode=700/);
    match(text, /\/dev\/shm tmpfs .*size=8192k/);
    match(text, /^CapBnd:\s+0000000000000000$/m);
    match(text, /Read-only file system/);
  });

  it('are all taken by the engine', async () => {
    const made = plan(
      {
        flavor: {
          'hw:cpu_policy': 'dedicated',
          'quota:cpu_shares': '512',
          'quota:cpu_quota': '50000',
          'quota:disk_read_bytes_sec': '1048576',
          'quota:disk_write_iops_sec': '100',
          'docker:memory_reservation': '32m',
          'docker:oom_score_adj': '100',
          'docker:cap_add': 'SYS_TIME',
          'docker:label:com.example.team': 'blue',
        },
        metadata: {
          'docker:stop_signal': 'SIGINT',
          'docker:stop_timeout': '7',
          'docker:healthcheck': 'none',
          'docker:cap_drop': 'CHOWN',
          'docker:entrypoint': '[]',
        },
      },
      { cpus: [0] },
    );
    const { containerId } = await bench.containers.create(made, bench.signal);
    await bench.containers.start(made.key);
    const inspected = await inspectContainer(bench.engine, containerId);
    const config = inspected.Config as typeof inspected.Config & Record<string, unknown>;
    const host = inspected.HostConfig as Readonly<Record<string, unknown>>;
    equal(host['CpusetCpus'], '0');
    equal(host['CpuShares'], 512);
    equal(host['CpuQuota'], 50_000);
    equal(host['MemoryReservation'], 32 * 2 ** 20);
    equal(host['OomScoreAdj'], 100);
    equal((host['BlkioDeviceReadBps'] as unknown[]).length, 1);
    equal((host['BlkioDeviceWriteIOps'] as unknown[]).length, 1);
    equal(config['StopSignal'], 'SIGINT');
    equal(config.Labels['com.example.team'], 'blue');
    deepEqual(config['Healthcheck'], { Test: ['NONE'] });
    equal(config['StopTimeout'], 7);
    const added = host['CapAdd'] as string[];
    ok(added.includes('SYS_TIME') && !added.includes('CHOWN'));
  });

  it('gives it the CPUs that are its own, and no others', async () => {
    const command = { 'docker:command': script('cat /proc/self/status') };
    const cpus = [1];
    match(
      await printed(plan({ flavor: { 'hw:cpu_policy': 'dedicated' }, metadata: command }, { cpus })),
      /^Cpus_allowed_list:\s+1$/m,
    );
  });

  it('tells of its health', async () => {
    const made = plan({
      metadata: {
        'docker:healthcheck': 'test -e /ok',
        'docker:healthcheck_interval': '1s',
        'docker:healthcheck_retries': '1',
      },
    });
    await bench.containers.create(made, bench.signal);
    await bench.containers.start(made.key);
    const told = await bench.told(
      (event) =>
        event.type === 'container' && event.action === 'health' && event.key.instanceUuid === made.key.instanceUuid,
    );
    equal(told.type === 'container' && told.detail, 'unhealthy');
  });

  it('are refused by the engine with its words, when they go together badly', async () => {
    const made = plan({ flavor: { 'docker:memory_reservation': '128m' } });
    await rejects(
      bench.containers.create(made, bench.signal),
      failsAs('Invalid', /reservation/i, 'InstanceUnacceptable'),
    );
  });
});

describe('files for a container on a real engine', () => {
  let bench: Bench;
  let reference: string;

  before(async () => {
    bench = openBench(testSocket());
    reference = await busyboxReference(bench);
  });
  after(() => bench.end());

  function content(guestPath: string, text: string, more: Partial<GuestContent> = {}): GuestContent {
    return { guestPath, data: Buffer.from(text), mode: 0o644, append: false, ...more };
  }

  const key = content('/root/.ssh/authorized_keys', 'ssh-rsa MINE\n', {
    mode: 0o600,
    directoryMode: 0o700,
    append: true,
  });

  function reading(command: string, contents: readonly GuestContent[], changes: PlanChanges = {}): ContainerPlan {
    const settings = resolved({ metadata: { 'docker:command': script(command) } }).values;
    return bench.plan({ reference, settings, contents, ...changes });
  }

  async function printed(made: ContainerPlan): Promise<string> {
    await bench.containers.create(made, bench.signal);
    await bench.containers.start(made.key);
    await diedOn(bench, made);
    return bench.containers.consoleOutput(made.key, null);
  }

  it('are there when its first line runs, also after a crash between', async () => {
    const made = reading('cat /etc/deep/er/motd /root/.ssh/authorized_keys; ls -l /root/.ssh; ls -ld /root/.ssh', [
      content('/etc/deep/er/motd', 'welcome\n'),
      key,
    ]);
    await bench.containers.create(made, bench.signal);
    const text = await printed(made);
    match(text, /^welcome\nssh-rsa MINE\n/);
    equal(text.match(/ssh-rsa MINE/g)?.length, 1);
    match(text, /^-rw------- .* authorized_keys$/m);
    match(text, /^drwx------ /m);
  });

  it('come behind the keys that are there', async () => {
    const made = reading('cat /root/.ssh/authorized_keys', []);
    const theirs = content('/root/.ssh/authorized_keys', 'ssh-rsa IMAGE');
    await bench.containers.create({ ...made, contents: [theirs] }, bench.signal);
    equal(await printed({ ...made, contents: [key] }), 'ssh-rsa IMAGE\nssh-rsa MINE\n');
  });

  it('are not put again into one that has run', async () => {
    const made = reading('[ -e /seen ] && cat /etc/motd; echo changed >/etc/motd; : >/seen', [
      content('/etc/motd', 'first\n'),
    ]);
    await printed(made);
    await bench.containers.create(made, bench.signal);
    await bench.containers.start(made.key);
    const isDeath = (event: ContainerEvent): boolean =>
      event.type === 'container' && event.action === 'die' && event.key.instanceUuid === made.key.instanceUuid;
    await bench.told((event) => isDeath(event) && bench.events.filter(isDeath).length > 1);
    equal(await bench.containers.consoleOutput(made.key, null), 'changed\n');
  });

  it('never leave the container by links of its image', async () => {
    const target = await mkdtemp(join(tmpdir(), 'ncd-escape-'));
    try {
      const made = reading(`busybox ln -s ${target} /out; busybox ln -s ../../../..${target} /up`, []);
      await printed(made);
      const id = (await bench.containers.state(made.key))?.containerId ?? '';
      const contents = [content('/out/escaped', 'x'), content('/up/escaped', 'x')];
      await inject({ engine: bench.engine }, { key: made.key, id }, contents, bench.signal).catch(() => undefined);
      deepEqual(await readdir(target), []);
    } finally {
      await rm(target, { recursive: true });
    }
  });

  it('are refused where there is no way, with the path', async () => {
    const made = reading('true', [content('/bin/busybox/below', 'x')]);
    await rejects(
      bench.containers.create(made, bench.signal),
      failsAs('Invalid', /\/bin\/busybox\/below/, 'InstanceUnacceptable'),
    );
  });

  it('are seen as they change, and can’t be written, when they are mounted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ncd-drive-'));
    try {
      await writeFile(join(folder, 'meta'), 'one\n');
      const made = reading(
        'cat /config-drive/meta; until busybox grep -q two /config-drive/meta; do sleep 0.1; done; cat /config-drive/meta; echo x >/config-drive/meta',
        [],
        { files: [{ hostPath: folder, guestPath: '/config-drive', readOnly: true }] },
      );
      await bench.containers.create(made, bench.signal);
      await bench.containers.start(made.key);
      await writeFile(join(folder, 'meta'), 'two\n');
      await diedOn(bench, made);
      const said = await bench.containers.consoleOutput(made.key, null);
      match(said, /^two$/m); // two streams: the engine may log what the shell said of the last line first
      match(said, /Read-only file system/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
