import { equal, match, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { hostProcesses } from '../../../src/app/host-processes.js';
import type { ContainerPlan } from '../../../src/compute/ports/containers.js';
import type { Terminals } from '../../../src/compute/ports/consoles.js';
import { createTerminals } from '../../../src/docker/console/terminals.js';
import { OurContainers } from '../../../src/docker/containers/ours.js';
import { inspectExec } from '../../../src/docker/engine/terminals.js';
import { dockerItems, tarOf } from '../../fixtures/archives.js';
import { keptLog } from '../../unit/docker/plans.js';
import { CONTEXT, failsAs, openBench, runningOn, testSocket, type Bench } from './bench.js';

describe('terminals on a real engine', function () {
  let bench: Bench;
  let terminals: Terminals;

  before(() => {
    bench = openBench(testSocket());
    const ours = new OurContainers(bench.engine, bench.settings.host);
    const sleep = async (ms: number): Promise<void> => pause(ms);
    const clock = { sleep };
    terminals = createTerminals({ engine: bench.engine, ours, processes: hostProcesses, clock, log: keptLog() });
  });
  after(() => bench.end());

  async function opened({ key }: ContainerPlan): Promise<{ id: string; stream: Duplex }> {
    const id = await terminals.prepare(key.instanceUuid);
    const stream = await terminals.open(id);
    stream.on('error', () => undefined);
    stream.setEncoding('utf8');
    return { id, stream };
  }

  /** What it shows up to that, and no further. */
  async function shown(stream: Duplex, wanted: RegExp): Promise<string> {
    let text = '';
    for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
      text += piece;
      if (wanted.test(text)) break;
    }
    match(text, wanted);
    return text;
  }

  it('are of a size and of a kind', async () => {
    const { id, stream } = await opened(await runningOn(bench));
    stream.write('busybox stty size; echo $TERM.\r');
    match(await shown(stream, /\nxterm\./), /\n24 80\r/);
    await terminals.hangUp(id);
  });

  it('are hung up: what ignores that is killed, and nothing of another terminal', async () => {
    const plan = await runningOn(bench);
    const [deaf, other] = [await opened(plan), await opened(plan)];
    deaf.stream.write("trap '' HUP; echo dea''f\r");
    await shown(deaf.stream, /\ndeaf/);
    deaf.stream.destroy();
    equal((await inspectExec(bench.engine, deaf.id)).Running, true, 'an engine ends nothing by itself');
    await terminals.hangUp(deaf.id);
    equal((await inspectExec(bench.engine, deaf.id)).Running, false);
    equal((await inspectExec(bench.engine, other.id)).Running, true);
    await terminals.hangUp(deaf.id);
    await terminals.hangUp(other.id);
    await terminals.hangUp('0'.repeat(64));
  });

  it('signal no process that is not of their container', async () => {
    equal(await hostProcesses.signal(process.pid, '0'.repeat(64), 'SIGKILL'), false);
    equal(await hostProcesses.signal(4_194_303, '0'.repeat(64), 'SIGKILL'), false);
  });

  it('say in an image without a shell that there is none', async () => {
    const busybox = await readFile('/bin/busybox');
    const layer = await tarOf([
      { name: 'bin/', type: 'directory' },
      { name: 'bin/sleep', data: busybox },
    ]);
    const image = { layers: [layer], config: { Cmd: ['/bin/sleep', '1000'], Env: ['PATH=/bin'] } };
    const facts = bench.source.put(await tarOf(dockerItems(image, [])));
    const { reference } = await bench.images.ensure(facts, CONTEXT, bench.signal);
    const plan = bench.plan({ reference });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    const { stream } = await opened(plan);
    await shown(stream, /\/bin\/sh.*no such file/);
  });

  it('are that of process 1 where it has one, and stay with it', async () => {
    const plan = await runningOn(bench, { Cmd: ['sh', '-c', 'while read line; do echo got $line; done'] });
    await bench.containers.remove(plan.key);
    const attached = { ...plan, settings: { ...plan.settings, console: 'attach' as const } };
    await bench.containers.create(attached, bench.signal);
    await bench.containers.start(plan.key);
    const [one, other] = [await opened(attached), await opened(attached)];
    one.stream.write('this\r');
    await shown(one.stream, /got this/);
    await shown(other.stream, /got this/);
    one.stream.destroy();
    await terminals.hangUp(one.id);
    other.stream.write('that\r');
    await shown(other.stream, /got that/);
    match(await bench.containers.consoleOutput(plan.key, 5), /got this/);
  });

  it('end with their container, and there is none of one that does not run', async () => {
    const plan = await runningOn(bench);
    const { stream } = await opened(plan);
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.resume();
    await bench.containers.stop(plan.key, { timeoutMs: 0 });
    await closed;
    await rejects(terminals.prepare(plan.key.instanceUuid), failsAs('Conflict', /not running/));
    await rejects(terminals.prepare(randomUUID()), failsAs('NotFound', /./));
  });
});
