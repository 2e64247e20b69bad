import { deepEqual, equal, match } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { busyboxReference, openBench, type Bench } from './bench.js';
import { OwnEngine } from './own-engine.js';

/** XFS can hold a container to a size, too, with a kernel that has its quotas. */
const DISK = { fileSystem: 'btrfs', driver: 'btrfs', bytes: 4 * 2 ** 30 } as const;

describe('the size of root disks on storage that can hold to it', () => {
  const engine = new OwnEngine(DISK);
  let bench: Bench;

  before(async function () {
    if (!/\tbtrfs$/m.test(readFileSync('/proc/filesystems', 'utf8'))) this.skip();
    await engine.start();
    bench = openBench(engine.socket);
  });
  after(async () => {
    await bench?.end();
    await engine.stop();
  });

  async function written(rootGb: number, mib: number): Promise<{ exitCode: number; output: string }> {
    const plan = bench.plan({ reference: await busyboxReference(bench), flavor: { rootGb } });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    const command = ['/bin/busybox', 'fallocate', '-l', `${mib}m`, '/file'];
    return bench.containers.runInside(plan.key, { command, user: '0', timeoutMs: 60_000 });
  }

  it('is the flavor’s: more is refused by the kernel, as much is not', async () => {
    equal(await bench.containers.limitsRootDisk(), true);
    equal((await written(1, 900)).exitCode, 0);
    const { exitCode, output } = await written(1, 1100);
    match(output, /quota|space/i);
    equal(exitCode, 1);
  });

  it('is none for a flavor without one, and the log has nothing to warn of', async () => {
    equal((await written(0, 1100)).exitCode, 0);
    deepEqual(
      bench.log.filter((line) => line.includes('not bounded')),
      [],
    );
  });
});
