import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import type { ContainerPlan } from '../../../src/compute/ports/containers.js';
import {
  CONTEXT,
  busyboxImage,
  busyboxReference,
  failsAs,
  imageTags,
  openBench,
  runningOn,
  testSocket,
  type Bench,
} from './bench.js';
import { openPlane, type ServiceHandle } from '../../../tools/plane/open.js';
import { dockerItems, tarOf } from '../../fixtures/archives.js';

describe('an engine that goes and comes back', () => {
  let engine: ServiceHandle;
  let bench: Bench;
  let plan: ContainerPlan;

  before(async () => {
    engine = openPlane().service('docker');
    bench = openBench(testSocket());
    await bench.told(({ type }) => type === 'engine-back');
  });
  beforeEach(async () => {
    plan = await runningOn(bench);
    await bench.told((event) => event.type === 'container' && event.action === 'start');
    bench.events.length = 0;
  });
  after(async () => {
    // A test that failed may have left it down.
    if (engine.pid === null) await engine.start();
    await bench.end();
  });

  it('stops its containers: their deaths are told before the loss, and nobody takes them for stopped', async () => {
    await engine.stop();
    await bench.told(({ type }) => type === 'engine-lost');
    const kinds = bench.events.map((event) => (event.type === 'container' ? event.action : event.type));
    ok(kinds.indexOf('die') >= 0 && kinds.indexOf('die') < kinds.indexOf('engine-lost'), kinds.join(' '));
    const away = failsAs('Unavailable', /does not answer/);
    await rejects(bench.containers.state(plan.key), away);
    await rejects(bench.containers.states(), away);
    await rejects(bench.containers.start(plan.key), away);
    await rejects(bench.containers.stop(plan.key, { timeoutMs: 0 }), away);
    await rejects(bench.containers.remove(plan.key), away);
    await engine.start();
    await bench.told(({ type }) => type === 'engine-back');
    equal((await bench.containers.state(plan.key))?.status, 'exited');
    await bench.containers.start(plan.key);
    equal((await bench.containers.state(plan.key))?.status, 'running');
  });

  it('is killed: what was under way fails as Unavailable, and works when asked again', async () => {
    const lost = bench.told(({ type }) => type === 'engine-lost');
    const stopping = bench.containers.stop(plan.key, { timeoutMs: 60_000 });
    await bench.told((event) => event.type === 'container' && event.action === 'kill');
    const [outcome] = await Promise.all([Promise.allSettled([stopping]), engine.kill()]);
    ok(outcome[0].status === 'fulfilled' || failsAs('Unavailable', /./)(outcome[0].reason));
    await lost;
    await engine.start();
    await bench.told(({ type }) => type === 'engine-back');
    await bench.containers.remove(plan.key);
    equal(await bench.containers.state(plan.key), undefined);
  });

  it('is killed while it loads an image: nothing of it is left, and the next try brings it', async () => {
    const data = await tarOf(dockerItems(await busyboxImage({ Cmd: ['/bin/true'] }), []));
    const facts = bench.source.put(data);
    bench.source.images.set(facts.id, {
      facts,
      data: async function* () {
        yield data.subarray(0, 700_000);
        await engine.kill();
        yield data.subarray(700_000);
      },
    });
    await rejects(bench.images.ensure(facts, CONTEXT, bench.signal), failsAs('Unavailable', /./));
    await engine.start();
    await bench.told(({ type }) => type === 'engine-back');
    equal(
      (await imageTags(bench.engine)).some((tag) => tag.includes(facts.id)),
      false,
    );
    bench.source.put(data, facts.id);
    const downloads = bench.source.downloads;
    const { reference } = await bench.images.ensure(facts, CONTEXT, bench.signal);
    equal(bench.source.downloads, downloads + 1);
    await bench.containers.create(bench.plan({ reference }), bench.signal);
  });

  it('is asked again who has an image after it was away', async () => {
    const data = await tarOf(dockerItems(await busyboxImage({ Cmd: ['/bin/true'] }), []));
    const facts = bench.source.put(data);
    await bench.images.ensure(facts, CONTEXT, bench.signal);
    await engine.stop();
    await bench.told(({ type }) => type === 'engine-lost');
    await rejects(bench.images.ensure(facts, CONTEXT, bench.signal), failsAs('Unavailable', /./));
    await engine.start();
    await bench.told(({ type }) => type === 'engine-back');
    bench.calls.length = 0;
    await bench.images.ensure(facts, CONTEXT, bench.signal);
    deepEqual(bench.calls, ['image.inspect']);
    await busyboxReference(bench);
  });
});
