import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createContainer, removeContainer } from '../../../src/docker/engine/containers.js';
import { inspectImage, loadImage, removeImage, tagImage } from '../../../src/docker/engine/images.js';
import { dockerItems, tarOf } from '../../fixtures/archives.js';
import { CONTEXT, busyboxImage, imageTags, openBench, pieces, testSocket, type Bench } from './bench.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('images that nobody uses', () => {
  let bench: Bench;
  const benches: Bench[] = [];

  beforeEach(async () => {
    bench = openBench(testSocket());
    benches.push(bench);
    await bench.told(({ type }) => type === 'engine-back');
  });
  afterEach(async () => {
    for (const one of benches.splice(0).reverse()) await one.end();
  });

  /** A new image of ours; its reference. */
  async function brought(): Promise<string> {
    const data = await tarOf(dockerItems(await busyboxImage({ Labels: { is: randomUUID() } }), []));
    return (await bench.images.ensure(bench.source.put(data), CONTEXT, bench.signal)).reference;
  }

  const stands = async (reference: string): Promise<boolean> => (await imageTags(bench.engine)).includes(reference);

  it('go after the minimum age, counted from when that was first seen', async () => {
    const reference = await brought();
    bench.later(2 * DAY_MS);
    await bench.images.tidy();
    ok(await stands(reference), 'asked for two days ago, but not known as unused since then');
    bench.later(DAY_MS - HOUR_MS);
    await bench.images.tidy();
    ok(await stands(reference));
    bench.later(2 * HOUR_MS);
    await bench.images.tidy();
    equal(await stands(reference), false);
  });

  it('are remembered by the next service', async () => {
    const reference = await brought();
    await bench.images.tidy();
    const next = openBench(testSocket(), {}, bench.stateFolder);
    benches.push(next);
    next.later(DAY_MS + HOUR_MS);
    await next.images.tidy();
    equal(await stands(reference), false);
  });

  it('are asked for with two calls', async () => {
    await brought();
    const before = bench.calls.length;
    await bench.images.tidy();
    deepEqual(bench.calls.slice(before), ['image.list', 'container.list']);
  });

  it('stay while a container of whomever is made of them, and long enough after it', async () => {
    const [ours, theirs] = [await brought(), await brought()];
    const plan = bench.plan({ reference: ours });
    await bench.containers.create(plan, bench.signal);
    const { Id: id } = await inspectImage(bench.engine, theirs);
    const foreign = await createContainer(bench.engine, `foreign-${randomUUID()}`, { Image: id }, bench.signal);
    try {
      for (let day = 0; day < 3; day += 1) {
        await bench.images.tidy();
        bench.later(2 * DAY_MS);
      }
      deepEqual([await stands(ours), await stands(theirs)], [true, true]);
      await bench.containers.remove(plan.key);
      await bench.images.tidy();
      bench.later(DAY_MS - HOUR_MS);
      await bench.images.tidy();
      ok(await stands(ours));
      bench.later(2 * HOUR_MS);
      await bench.images.tidy();
      deepEqual([await stands(ours), await stands(theirs)], [false, true]);
    } finally {
      await removeContainer(bench.engine, foreign.Id);
    }
  });

  it('stay while they are asked for, by a boot or to be cached', async () => {
    const data = await tarOf(dockerItems(await busyboxImage({ Labels: { is: randomUUID() } }), []));
    const facts = bench.source.put(data);
    equal(await bench.images.cache(facts.id, CONTEXT, bench.signal), 'cached');
    const { reference } = await bench.images.ensure(facts, CONTEXT, bench.signal);
    await bench.images.tidy();
    for (let day = 0; day < 3; day += 1) {
      bench.later(DAY_MS - HOUR_MS);
      equal(await bench.images.cache(facts.id, CONTEXT, bench.signal), 'existing');
      await bench.images.tidy();
    }
    ok(await stands(reference));
  });

  it('that were just given out stay, whatever the minimum age is', async () => {
    const hasty = openBench(testSocket(), { minimumAgeMs: 0 });
    benches.push(hasty);
    const facts = hasty.source.put(await tarOf(dockerItems(await busyboxImage(), [])));
    const { reference } = await hasty.images.ensure(facts, CONTEXT, hasty.signal);
    await hasty.images.tidy();
    ok(await stands(reference));
    hasty.later(HOUR_MS);
    await hasty.images.tidy();
    equal(await stands(reference), false);
  });

  it('keep the names that others gave them', async () => {
    const reference = await brought();
    const { Id: id } = await inspectImage(bench.engine, reference);
    await tagImage(bench.engine, reference, 'operators/own', 'kept');
    await bench.images.tidy();
    bench.later(2 * DAY_MS);
    await bench.images.tidy();
    equal(await stands(reference), false);
    equal((await inspectImage(bench.engine, 'operators/own:kept')).Id, id);
    await removeImage(bench.engine, 'operators/own:kept');
  });

  it('stay when the operator wants that', async () => {
    const keeping = openBench(testSocket(), { removeUnused: false });
    benches.push(keeping);
    const facts = keeping.source.put(
      await tarOf(dockerItems(await busyboxImage({ Labels: { is: randomUUID() } }), [])),
    );
    const { reference } = await keeping.images.ensure(facts, CONTEXT, keeping.signal);
    for (let day = 0; day < 3; day += 1) {
      await keeping.images.tidy();
      keeping.later(2 * DAY_MS);
    }
    ok(await stands(reference));
  });

  it('and what interrupted loads have left go at once, but not what is being loaded', async () => {
    const left = `nova-image/${randomUUID()}:loading-sha512-00`;
    const data = await tarOf(dockerItems(await busyboxImage({ Labels: { is: randomUUID() } }), [left]));
    await loadImage(bench.engine, Readable.from(pieces(data), { objectMode: false }), bench.signal);
    const facts = bench.source.put(await tarOf(dockerItems(await busyboxImage({ Labels: { is: 'loading' } }), [])));
    const staging = `nova-image/${facts.id}:loading-sha512-${(facts.hashValue ?? '').slice(0, 32)}`;
    await tagImage(bench.engine, left, ...(staging.split(':') as [string, string]));
    const { data: content } = bench.source.images.get(facts.id) ?? { data: () => [] };
    bench.source.images.set(facts.id, {
      facts,
      data: async function* () {
        await bench.images.tidy();
        yield* content();
      },
    });
    const { reference } = await bench.images.ensure(facts, CONTEXT, bench.signal);
    deepEqual([await stands(left), await stands(staging), await stands(reference)], [false, false, true]);
    equal(bench.log.filter((line) => line.includes('interrupted download')).length, 1);
  });
});
