import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { POWER_STATE, type ContainerPlan } from '../../../src/compute/ports/containers.js';
import { answerJson } from '../../../src/docker/engine/answer.js';
import { inspectContainer } from '../../../src/docker/engine/containers.js';
import { LABEL } from '../../../src/docker/labels.js';
import { busyboxReference, diedOn, failsAs, openBench, runningOn, sh, testSocket, type Bench } from './bench.js';

describe('containers on a real engine', function () {
  let bench: Bench;
  let reference: string;

  before(async () => {
    bench = openBench(testSocket());
    reference = await busyboxReference(bench);
  });
  after(() => bench.end());

  const running = (config?: Readonly<Record<string, unknown>>): Promise<ContainerPlan> => runningOn(bench, config);
  const died = (plan: ContainerPlan): Promise<unknown> => diedOn(bench, plan);

  it('boots with two calls, and tells of it', async () => {
    const warm = bench.plan({ reference });
    await bench.containers.create(warm, bench.signal);
    const plan = bench.plan({ reference });
    const before = bench.calls.length;
    const created = await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    deepEqual(bench.calls.slice(before), ['container.create', 'container.start']);
    equal(created.powerState, POWER_STATE.SHUTDOWN);
    const start = await bench.told(
      (event) =>
        event.type === 'container' && event.action === 'start' && event.key.instanceUuid === plan.key.instanceUuid,
    );
    equal(start.type === 'container' && start.containerId, created.containerId);
    const state = await bench.containers.state(plan.key);
    equal(state?.powerState, POWER_STATE.RUNNING);
    ok((state?.pid ?? 0) > 0);
    ok(state?.startedAt instanceof Date);
  });

  it('is made as the spec says', async () => {
    const plan = bench.plan({ reference, hostname: 'web-1', flavor: { vcpus: 64, swapMb: 32 } });
    const { containerId } = await bench.containers.create(plan, bench.signal);
    const inspected = await inspectContainer(bench.engine, containerId);
    const { Config: config, HostConfig: host, NetworkSettings: sandbox } = inspected;
    equal(config.Hostname, 'web-1');
    equal(config.Labels[LABEL.host], bench.settings.host);
    equal(host.Memory, 64 * 1024 * 1024);
    equal(host.CpuQuota, 6_400_000);
    equal(host.PidsLimit, 512);
    equal(host.NetworkMode, 'none');
    equal(sandbox.SandboxID, '', 'the engine has nothing to do with its network');
    equal(host.Init, true);
    deepEqual(host.CapDrop, ['ALL']);
    deepEqual(host.SecurityOpt, ['no-new-privileges']);
    deepEqual(host.RestartPolicy, { Name: 'no', MaximumRetryCount: 0 });
    if ((await bench.containers.facts()).swapLimit) equal(host.MemorySwap, 96 * 1024 * 1024);
    await bench.containers.start(plan.key);
  });

  it('tells how it ended', async () => {
    const plan = await running(sh('exit 3'));
    await died(plan);
    const state = await bench.containers.state(plan.key);
    equal(state?.exitCode, 3);
    equal(state.powerState, POWER_STATE.SHUTDOWN);
    ok(state.finishedAt instanceof Date);
    const listed = (await bench.containers.states()).find(({ key }) => key.instanceUuid === plan.key.instanceUuid);
    equal(listed?.exitCode, 3);
    equal(listed.status, 'exited');
  });

  it('tells that its memory was not enough', async () => {
    const plan = await running(sh('x=$(cat /dev/zero | tail -c 200000000)'));
    await died(plan);
    equal((await bench.containers.state(plan.key))?.oomKilled, true);
  });

  it('refuses a command that does not exist, with the words of it', async () => {
    const image = await busyboxReference(bench, { Cmd: ['/no/such/thing'] });
    const plan = bench.plan({ reference: image, settings: { init: false } });
    await bench.containers.create(plan, bench.signal);
    const refused = failsAs('Invalid', /\/no\/such\/thing.*no such file/, 'InstanceUnacceptable');
    await rejects(bench.containers.start(plan.key), refused);
    match((await bench.containers.state(plan.key))?.error ?? '', /no such/);
  });

  it('refuses what the engine can not do, with its words', async () => {
    const plan = bench.plan({ reference, flavor: { memoryMb: 1 } });
    await rejects(
      bench.containers.create(plan, bench.signal),
      failsAs('Invalid', /memory limit/i, 'InstanceUnacceptable'),
    );
    equal(await bench.containers.state(plan.key), undefined);
    const gone = bench.plan({ reference: 'nova-image/none:sha512-00' });
    await rejects(bench.containers.create(gone, bench.signal), failsAs('NotFound', /no longer on this host/));
  });

  it('stops politely, and kills what does not listen', async () => {
    const polite = await running(sh('trap "exit 7" TERM; while true; do sleep 0.1; done'));
    await bench.containers.stop(polite.key, { timeoutMs: 10_000 });
    equal((await bench.containers.state(polite.key))?.exitCode, 7);
    const deaf = await running(sh('trap "" TERM; while true; do sleep 0.1; done'));
    await bench.containers.stop(deaf.key, { timeoutMs: 1000 });
    equal((await bench.containers.state(deaf.key))?.exitCode, 137);
    const hard = await running();
    await bench.containers.stop(hard.key, { timeoutMs: 0 });
    equal((await bench.containers.state(hard.key))?.status, 'exited');
    await bench.containers.stop(hard.key, { timeoutMs: 0 });
    await bench.containers.stop(hard.key, { timeoutMs: 1000 });
    await bench.containers.stop(bench.plan().key, { timeoutMs: 1000 });
  });

  it('freezes and thaws, and stops a frozen one', async () => {
    const plan = await running();
    await bench.containers.pause(plan.key);
    await bench.containers.pause(plan.key);
    equal((await bench.containers.state(plan.key))?.powerState, POWER_STATE.PAUSED);
    await bench.containers.unpause(plan.key);
    await bench.containers.unpause(plan.key);
    equal((await bench.containers.state(plan.key))?.powerState, POWER_STATE.RUNNING);
    for (const timeoutMs of [2000, 0]) {
      await bench.containers.start(plan.key);
      await bench.containers.pause(plan.key);
      await bench.containers.stop(plan.key, { timeoutMs });
      equal((await bench.containers.state(plan.key))?.status, 'exited');
    }
    await rejects(bench.containers.pause(plan.key), failsAs('Conflict', /does not run/));
    await rejects(bench.containers.unpause(plan.key), failsAs('Conflict', /does not run/));
    await bench.containers.remove(plan.key);
    await rejects(bench.containers.pause(plan.key), failsAs('NotFound', /not on this host/));
  });

  it('removes it with its anonymous volumes, running or frozen, as often as it is asked', async () => {
    const plan = await running({ Volumes: { '/data': {} } });
    const state = await bench.containers.state(plan.key);
    const { Mounts: mounts } = await inspectContainer(bench.engine, state?.containerId ?? '');
    equal(mounts.length, 1);
    await bench.containers.pause(plan.key);
    await Promise.all(Array.from({ length: 4 }, () => bench.containers.remove(plan.key)));
    equal(await bench.containers.state(plan.key), undefined);
    await bench.containers.remove(plan.key);
    const { Volumes: volumes } = await bench.engine.short('volume.list', async (dial) =>
      answerJson<{ Volumes: { Name: string }[] | null }>(await dial({ method: 'GET', path: '/volumes' })),
    );
    equal(volumes?.some(({ Name: name }) => name === mounts[0]?.Name) ?? false, false);
  });

  it('shows the end of the output, of a running and of an ended one', async () => {
    const plan = await running(sh('seq 1 5; echo größe; sleep 1000'));
    const shown = async (lines: number | null): Promise<string> => bench.containers.consoleOutput(plan.key, lines);
    while (!(await shown(null)).includes('größe'));
    equal(await shown(null), '1\n2\n3\n4\n5\ngröße\n');
    equal(await shown(2), '5\ngröße\n');
    equal(await shown(0), '');
    await bench.containers.stop(plan.key, { timeoutMs: 0 });
    equal(await shown(1), 'größe\n');
    await bench.containers.remove(plan.key);
    await rejects(shown(1), failsAs('NotFound', /not on this host/));
  });

  it('shows both of its streams', async () => {
    const plan = await running(sh('echo out; echo err >&2'));
    await died(plan);
    const text = await bench.containers.consoleOutput(plan.key, null);
    deepEqual(text.trim().split('\n').sort(), ['err', 'out']);
  });

  it('shows no more than 100 KiB of it', async () => {
    const plan = await running(sh('seq 1 60000'));
    await died(plan);
    const text = await bench.containers.consoleOutput(plan.key, null);
    equal(Buffer.byteLength(text), 100 * 1024);
    ok(text.endsWith('59999\n60000\n'));
  });

  it('lets root do what packages need, and not what reaches further', async () => {
    const script = 'cat /proc/self/status | while read k v; do case $k in CapEff:|NoNewPrivs:) echo $k$v;; esac; done';
    const plan = await running(sh(script));
    await died(plan);
    const text = await bench.containers.consoleOutput(plan.key, null);
    match(text, /NoNewPrivs:1/);
    // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT AUDIT_WRITE SETFCAP
    match(text, /CapEff:00000000a00405fb/);
  });

  it('lets a group ping that has no right to craft packets', async () => {
    const plan = await running(sh('cat /proc/sys/net/ipv4/ping_group_range'));
    await died(plan);
    match(await bench.containers.consoleOutput(plan.key, null), /^0\s+2147483647\n$/);
  });
});
