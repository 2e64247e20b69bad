import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ContainerPlan } from '../../../src/compute/ports/containers.js';
import {
  createContainer,
  inspectContainer,
  listContainers,
  removeContainer,
} from '../../../src/docker/engine/containers.js';
import { LABEL } from '../../../src/docker/labels.js';
import { containerName } from '../../../src/docker/names.js';
import { busyboxReference, failsAs, openBench, runningOn, testSocket, type Bench } from './bench.js';

describe('whose container it is, on a real engine', function () {
  let bench: Bench;
  let reference: string;

  before(async () => {
    bench = openBench(testSocket());
    reference = await busyboxReference(bench);
  });
  after(() => bench.end());

  const running = (config?: Readonly<Record<string, unknown>>): Promise<ContainerPlan> => runningOn(bench, config);

  it('adopts what an earlier try made, running or not', async () => {
    const plan = bench.plan({ reference });
    const first = await bench.containers.create(plan, bench.signal);
    // Another process: nothing is remembered.
    const next = openBench(testSocket());
    try {
      const again = await bench.containers.create(plan, bench.signal);
      equal(again.containerId, first.containerId);
      equal(again.status, 'created');
      await bench.containers.start(plan.key);
      equal((await bench.containers.create(plan, bench.signal)).status, 'running');
      await bench.containers.start(plan.key);
      // A service of another host sees a foreigner under the name.
      await rejects(next.containers.create(plan, bench.signal), failsAs('Conflict', /not this service's/));
      equal(await next.containers.state(plan.key), undefined);
      await next.containers.remove(plan.key);
      equal((await bench.containers.state(plan.key))?.status, 'running');
    } finally {
      await next.end();
    }
  });

  it('makes one container for any number of tries at once', async () => {
    const plan = bench.plan({ reference });
    const states = await Promise.all(Array.from({ length: 8 }, () => bench.containers.create(plan, bench.signal)));
    equal(new Set(states.map(({ containerId }) => containerId)).size, 1);
  });

  it('never touches a foreign container that holds the name', async () => {
    const plan = bench.plan({ reference });
    const foreign = { Image: reference, HostConfig: { NetworkMode: 'none' } };
    const { Id: id } = await createContainer(bench.engine, containerName(plan.key), foreign, bench.signal);
    try {
      await rejects(
        bench.containers.create(plan, bench.signal),
        failsAs('Conflict', /operator has to rename or remove it/),
      );
      equal(await bench.containers.state(plan.key), undefined);
      await bench.containers.stop(plan.key, { timeoutMs: 1000 });
      await bench.containers.remove(plan.key);
      await rejects(bench.containers.start(plan.key), failsAs('NotFound', /not on this host/));
      equal((await inspectContainer(bench.engine, id)).State.Status, 'created');
    } finally {
      await removeContainer(bench.engine, id);
    }
  });

  it('notices that its container was replaced under its name', async () => {
    const plan = await running();
    const state = await bench.containers.state(plan.key);
    await removeContainer(bench.engine, state?.containerId ?? '');
    await rejects(bench.containers.start(plan.key), failsAs('NotFound', /not on this host/));
    const again = await bench.containers.create(plan, bench.signal);
    ok(again.containerId !== state?.containerId);
    await bench.containers.start(plan.key);
  });

  it('lists its own with one call, and nothing else', async () => {
    const plan = bench.plan({ reference });
    await bench.containers.create(plan, bench.signal);
    const Labels = { [LABEL.host]: bench.settings.host, [LABEL.instanceUuid]: randomUUID(), [LABEL.role]: 'main' };
    const lookalike = { Image: reference, Labels, HostConfig: { NetworkMode: 'none' } };
    const { Id: id } = await createContainer(bench.engine, `x-${containerName(plan.key)}`, lookalike, bench.signal);
    try {
      const before = bench.calls.length;
      const states = await bench.containers.states();
      deepEqual(bench.calls.slice(before), ['container.list']);
      ok(states.some(({ key }) => key.instanceUuid === plan.key.instanceUuid));
      equal(
        states.some(({ containerId }) => containerId === id),
        false,
      );
    } finally {
      await removeContainer(bench.engine, id);
    }
  });

  it('makes fifty at once', async () => {
    const plans = Array.from({ length: 50 }, () => bench.plan({ reference, flavor: { memoryMb: 16 } }));
    await Promise.all(
      plans.map(async (plan) => {
        await bench.containers.create(plan, bench.signal);
        await bench.containers.start(plan.key);
      }),
    );
    const ours = new Set(plans.map(({ key }) => key.instanceUuid));
    const states = (await bench.containers.states()).filter(({ key }) => ours.has(key.instanceUuid));
    equal(states.length, 50);
    ok(states.every(({ status }) => status === 'running'));
    await Promise.all(plans.map(({ key }) => bench.containers.remove(key)));
    equal((await listContainers(bench.engine, `${LABEL.host}=${bench.settings.host}`)).length > 0, true);
  });
});
