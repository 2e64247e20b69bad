import { deepEqual, equal } from 'node:assert/strict';
import { join } from 'node:path';
import type { ContainerPlan } from '../../../src/compute/ports/containers.js';
import type { Disks } from '../../../src/compute/ports/disks.js';
import { OurContainers } from '../../../src/docker/containers/ours.js';
import { createDisks } from '../../../src/docker/disks.js';
import { answerJson } from '../../../src/docker/engine/answer.js';
import { unobserved } from '../../../src/observe/calls.js';
import { dockerItems, tarOf } from '../../fixtures/archives.js';
import { keptLog, type PlanChanges } from '../../unit/docker/plans.js';
import { busyboxImage, CONTEXT, openBench, testSocket, type Bench } from './bench.js';

/** Of an image that has a volume and a file where the disk comes, and another one in it. */
const CONFIG = { Volumes: { '/ephemeral0': {}, '/ephemeral0/inner': {}, '/data': {} } };
const FOLDER = { type: 'directory' } as const;

describe('the ephemeral disks of a container', () => {
  let bench: Bench;
  let disks: Disks;
  let reference: string;
  let others: readonly string[];

  before(async () => {
    bench = openBench(testSocket());
    disks = createDisks({
      engine: bench.engine,
      ours: new OurContainers(bench.engine, bench.settings.host),
      folder: join(bench.stateFolder, 'disks'),
      clock: { now: () => new Date(), sleep: () => Promise.resolve() },
      observer: unobserved,
      log: keptLog(),
    });
    const { layers, config } = await busyboxImage(CONFIG);
    const own = await tarOf([
      { name: 'ephemeral0/', ...FOLDER },
      { name: 'ephemeral0/of-the-image', data: Buffer.from('of the image') },
      { name: 'data/', ...FOLDER },
    ]);
    reference = await load(await tarOf(dockerItems({ layers: [...layers, own], config: config ?? {} }, [])));
    others = await volumes();
  });
  afterEach(async () => {
    for (const { key } of await bench.containers.states()) await bench.containers.remove(key);
    deepEqual(await volumes(), others);
  });
  after(() => bench?.end());

  const load = async (data: Buffer): Promise<string> =>
    (await bench.images.ensure(bench.source.put(data), CONTEXT, bench.signal)).reference;
  const volumes = async (): Promise<readonly string[]> => {
    const { Volumes: all } = await bench.engine.short('volume.list', async (dial) =>
      answerJson<{ Volumes: { Name: string }[] | null }>(await dial({ method: 'GET', path: '/volumes' })),
    );
    return (all ?? []).map(({ Name: name }) => name).toSorted();
  };

  async function started(changes: PlanChanges): Promise<ContainerPlan> {
    const plan = bench.plan({ reference, ephemeralDisks: ['blank'], ...changes });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    return plan;
  }
  async function inside({ key }: ContainerPlan, script: string, user = '0'): Promise<string> {
    const command = ['/bin/sh', '-c', script];
    const { output } = await bench.containers.runInside(key, { command, user, timeoutMs: 60_000 });
    return output.trim();
  }
  /** An image of its disk, as it would go to Glance. */
  async function archiveOf({ key }: ContainerPlan, purpose: string, ephemeral: boolean): Promise<Buffer> {
    const disk = await disks.take(key, purpose, { runs: true, ephemeral, signal: bench.signal });
    const chunks: Buffer[] = [];
    for await (const chunk of disks.archive(disk)) chunks.push(chunk as Buffer);
    await disks.drop(disk.key);
    return Buffer.concat(chunks);
  }
  const WRITE = 'echo precious > /ephemeral0/file; echo kept > /data/file; echo inner > /ephemeral0/inner/file';

  it('are blank whatever the image has there, its user writes, with a root that is read-only, too; they go with it', async () => {
    const plan = await started({ settings: { read_only: true }, ephemeralDisks: ['blank', 'blank'] });
    equal(await inside(plan, 'ls /ephemeral0; ls /ephemeral1'), 'inner');
    equal(await inside(plan, 'echo a > /ephemeral0/x; echo b > /ephemeral1/x; cat /ephemeral?/x', '1000:1000'), 'a\nb');
    await bench.containers.stop(plan.key, { timeoutMs: 0 });
    await bench.containers.start(plan.key);
    equal(await inside(plan, 'cat /ephemeral?/x'), 'a\nb');
    equal((await volumes()).length, others.length + 4);
  });

  it('are no part of an image of it, as the volumes of its own image are', async () => {
    const plan = await started({});
    await inside(plan, WRITE);
    const archive = await archiveOf(plan, 'image', false);
    equal(archive.includes('precious'), false);
    const again = await started({ reference: await load(archive), ephemeralDisks: [] });
    equal(
      await inside(again, 'cat /data/file /ephemeral0/inner/file /ephemeral0/of-the-image'),
      'kept\ninner\nof the image',
    );
  });

  it('go along with it to another host, more than once, and are no part of an image of it there either', async () => {
    const first = await started({});
    await inside(first, `${WRITE}; chmod 751 /ephemeral0/inner; echo old > /ephemeral0/old`);
    const second = await started({
      reference: await load(await archiveOf(first, 'move', true)),
      ephemeralDisks: ['carried'],
    });
    const told = 'cat /ephemeral0/file /ephemeral0/inner/file /data/file; ls /ephemeral0';
    equal(await inside(second, told), 'precious\ninner\nkept\nfile\ninner\nold');
    await inside(second, 'rm /ephemeral0/old; echo new > /ephemeral0/new');

    const image = await archiveOf(second, 'image', false);
    equal(image.includes('precious'), false);
    const again = await started({ reference: await load(image) });
    equal(await inside(again, 'ls -a /ephemeral0; cat /data/file /ephemeral0/inner/file'), '.\n..\ninner\nkept\ninner');

    const third = await started({
      reference: await load(await archiveOf(second, 'move', true)),
      ephemeralDisks: ['carried'],
    });
    equal(await inside(third, told), 'precious\ninner\nkept\nfile\ninner\nnew');
  });

  it('are copied to a new container on the same host; those that it did not have are blank', async () => {
    const old = await started({});
    await inside(old, `${WRITE}; chmod 700 /ephemeral0/inner`);
    await bench.containers.stop(old.key, { timeoutMs: 0 });
    const plan = { ...bench.plan({ reference, ephemeralDisks: ['blank', 'blank'], uuid: old.key.instanceUuid }) };
    const made = { ...plan, key: { ...plan.key, role: 'incoming' as const } };
    await bench.containers.create(made, bench.signal);
    await disks.carry({ from: old.key, to: made.key }, bench.signal);
    await bench.containers.start(made.key);
    equal(await inside(made, 'cat /ephemeral0/file; echo b > /ephemeral1/x; cat /ephemeral1/x'), 'precious\nb');
  });
});
