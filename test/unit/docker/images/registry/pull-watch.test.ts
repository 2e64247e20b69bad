import { deepEqual, equal, throws } from 'node:assert/strict';
import type { ImageFacts } from '../../../../../src/compute/ports/images.js';
import { PullWatch } from '../../../../../src/docker/images/registry/pull-watch.js';
import { kindOf } from '../../../../../src/errors/kinds.js';
import { handClock } from '../../handClock.js';

const image = { id: 'image-1' } as ImageFacts;

function watching() {
  const clock = handClock();
  const progress: [number, number][] = [];
  const limits = { clock, stallTimeoutMs: 1000, maxImageBytes: 100 };
  const watch = new PullWatch(image, { ...limits, progress: (bytes, ofBytes) => progress.push([bytes, ofBytes]) });
  const over = new AbortController();
  const reasons: Error[] = [];
  const watched = watch.watch(over.signal, (reason) => reasons.push(reason));
  return {
    clock,
    progress,
    watch,
    reasons,
    end: () => {
      over.abort();
      return watched;
    },
  };
}

const line = (id: string, status: string, current?: number, total?: number) => ({
  id,
  status,
  progressDetail: { ...(current !== undefined && { current }), ...(total !== undefined && { total }) },
});

describe('docker/images/registry: a pull', () => {
  it('is as large as its layers together', async () => {
    const { watch, progress, end } = watching();
    watch.take({ status: 'Pulling from team/app' });
    watch.take(line('a', 'Downloading', 10, 40));
    watch.take(line('b', 'Downloading', 5, 60));
    watch.take(line('a', 'Download complete'));
    deepEqual(progress, [
      [10, 40],
      [15, 100],
      [15, 100],
    ]);
    throws(() => watch.take(line('c', 'Downloading', 0, 1)), /larger than this host takes/);
    await end();
  });

  it('stalls when nothing comes, but not while the engine works on what has come', async () => {
    const { watch, clock, reasons, end } = watching();
    watch.take(line('a', 'Downloading', 1, 2));
    await clock.pass(900);
    watch.take(line('a', 'Extracting', 1, 2));
    await clock.pass(60_000);
    equal(reasons.length, 0);
    watch.take(line('a', 'Pull complete'));
    watch.take(line('b', 'Downloading', 1, 2));
    await clock.pass(999);
    equal(reasons.length, 0);
    await clock.pass(1);
    deepEqual([reasons.length, kindOf(reasons[0])], [1, 'Timeout']);
    await end();
  });

  it('stalls when the registry does not even begin', async () => {
    const { clock, reasons, end } = watching();
    await clock.pass(1000);
    equal(reasons.length, 1);
    await end();
  });
});
