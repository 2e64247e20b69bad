import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { join } from 'node:path';
import type { ContainerPlan } from '../../../src/compute/ports/containers.js';
import type { Disks } from '../../../src/compute/ports/disks.js';
import { OurContainers } from '../../../src/docker/containers/ours.js';
import { createDisks } from '../../../src/docker/disks.js';
import { unobserved } from '../../../src/observe/calls.js';
import { keptLog } from '../../unit/docker/plans.js';
import { failsAs, imageTags, openBench, runningOn, type Bench } from './bench.js';
import { OwnEngine } from './own-engine.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;

/** Files with holes take nothing in a container's own layer; the engine's commit writes the holes out. */
describe('the disk of a container with large sparse files, on an engine with a small disk', () => {
  const engine = new OwnEngine({ fileSystem: 'ext4', driver: 'overlay2', bytes: GIB });
  let bench: Bench;
  let disks: Disks;

  before(async () => {
    await engine.start();
    bench = openBench(engine.socket);
    disks = createDisks({
      engine: bench.engine,
      ours: new OurContainers(bench.engine, bench.settings.host),
      folder: join(bench.stateFolder, 'disks'),
      clock: { now: () => new Date(), sleep: () => Promise.resolve() },
      observer: unobserved,
      log: keptLog(),
    });
  });
  after(async () => {
    await bench?.end();
    await engine.stop();
  });

  async function withHole(mib: number): Promise<ContainerPlan> {
    const plan = await runningOn(bench);
    const command = ['/bin/dd', 'if=/dev/zero', 'of=/sparse', 'bs=1', 'count=1', `seek=${mib}M`];
    equal((await bench.containers.runInside(plan.key, { command, user: '0', timeoutMs: 60_000 })).exitCode, 0);
    return plan;
  }
  const taken = async (): Promise<readonly string[]> =>
    (await imageTags(bench.engine)).filter((tag) => tag.startsWith('nova-disk/'));

  it('is refused when it would not fit, before anything is written or stopped, and the user is told what to do', async () => {
    const { key } = await withHole(2048);
    const before = engine.usedBytes();
    const taking = disks.take(key, 'image', { runs: true, ephemeral: false, signal: bench.signal });
    await rejects(
      taking,
      failsAs('Unavailable', /claim 2\.0 GiB, holes included.* Delete or shrink large sparse files/s),
    );
    ok(engine.usedBytes() - before < MIB, `${engine.usedBytes() - before} bytes were written`);
    deepEqual([await taken(), (await bench.containers.state(key))?.status], [[], 'running']);
    await bench.containers.remove(key);
  });

  it('is taken when it fits, holes written out: that is why it is asked', async () => {
    const { key } = await withHole(300);
    const before = engine.usedBytes();
    await disks.take(key, 'image', { runs: true, ephemeral: false, signal: bench.signal });
    const grownBytes = engine.usedBytes() - before;
    ok(grownBytes > 290 * MIB && grownBytes < 330 * MIB, `${Math.round(grownBytes / MIB)} MiB`);
    await disks.drop({ instanceUuid: key.instanceUuid, purpose: 'image' });
    ok(engine.usedBytes() - before < 10 * MIB);
    deepEqual(await taken(), []);
    await bench.containers.remove(key);
  });
});
