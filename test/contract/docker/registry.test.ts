import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import type { ImageFacts } from '../../../src/compute/ports/images.js';
import { inspectImage, removeImage, tagImage } from '../../../src/docker/engine/images.js';
import { pullImage } from '../../../src/docker/engine/registry.js';
import type { RegistrySettings } from '../../../src/docker/settings.js';
import { dockerItems, tarOf, type ImageContent } from '../../fixtures/archives.js';
import { PASSWORD, TestRegistry, USER } from '../../fixtures/registry.js';
import { CONTEXT, allImages, busyboxImage, failsAs, imageTags, openBench, testSocket, type Bench } from './bench.js';

describe('images that refer to a registry', function () {
  let registry: TestRegistry;
  let settings: RegistrySettings;
  let image: ImageContent;
  let digest: string;
  const benches: Bench[] = [];

  before(async () => {
    registry = await TestRegistry.start();
    const credentialsFile = await registry.credentials();
    settings = { allowed: [registry.host], credentialsFile, tagPolicy: 'if-not-present' };
    image = await busyboxImage({ Labels: { of: 'the registry' } });
    digest = await registry.push('team/app:1', image);
  });
  after(() => registry.stop());
  afterEach(async () => {
    registry.hold(undefined);
    for (const bench of benches.splice(0)) await bench.end();
  });

  function open(changes: Partial<RegistrySettings> = {}, more: Parameters<typeof openBench>[1] = {}): Bench {
    const bench = openBench(testSocket(), { ...more, registries: { ...settings, ...changes } });
    benches.push(bench);
    return bench;
  }

  /** Glance's record of an image that only refers. */
  function referring(bench: Bench, reference: string, data: Buffer = Buffer.alloc(0)): ImageFacts {
    const facts = { ...bench.source.put(data), properties: { docker_image: reference } };
    bench.source.images.set(facts.id, { facts, data: () => [data] });
    return facts;
  }

  /** The configuration is asked for before an image is fetched; what is asked for then is never answered. */
  function layersNever(asked: () => void = () => undefined): (path: string) => Promise<void> {
    let blobs = 0;
    return (path) => {
      if (!path.includes('/blobs/') || (blobs += 1) === 1) return Promise.resolve();
      asked();
      return new Promise(() => undefined);
    };
  }

  const ensure = (bench: Bench, facts: ImageFacts, signal = bench.signal): ReturnType<Bench['images']['ensure']> =>
    bench.images.ensure(facts, CONTEXT, signal);

  /** Names of any kind, but ours, that images have on the engine by this registry. */
  async function foreignNames(bench: Bench): Promise<readonly string[]> {
    const names = (await allImages(bench.engine)).flatMap(({ RepoTags: tags, RepoDigests: digests }) => [
      ...(tags ?? []),
      ...(digests ?? []),
    ]);
    return names.filter((name) => name.startsWith(registry.host)).sort();
  }

  it('are fetched by digest and by tag, and boot; nothing else is called anything after it', async () => {
    const bench = open();
    const hosts = [
      `${registry.host}/team/app@${digest}`,
      `${registry.host}/team/app:1`,
      `${registry.host}/team/app:1@${digest}`,
    ];
    for (const reference of hosts) {
      const facts = referring(bench, reference, Buffer.from('see docker_image'));
      const local = await ensure(bench, facts);
      equal(local.defaults.labels['of'], 'the registry');
      deepEqual((await inspectImage(bench.engine, local.reference)).RepoDigests, []);
      const plan = bench.plan({ reference: local.reference });
      await bench.containers.create(plan, bench.signal);
      await bench.containers.start(plan.key);
    }
    deepEqual(await foreignNames(bench), []);
    deepEqual(await bench.memory.pulling(), []);
    equal(bench.source.downloads, 0);
  });

  it('are fetched once for all who ask', async () => {
    const bench = open();
    const facts = referring(bench, `${registry.host}/team/app:1`);
    await Promise.all(Array.from({ length: 5 }, () => ensure(bench, facts)));
    await ensure(bench, facts);
    equal(bench.calls.filter((name) => name === 'registry.pull').length, 1);
  });

  it('that are two of Glance are two here, also when both are fetched at once', async () => {
    const bench = open();
    const twins = [1, 2].map(() => referring(bench, `${registry.host}/team/app@${digest}`));
    const [one, other] = await Promise.all(twins.map((facts) => ensure(bench, facts)));
    ok(one?.reference !== other?.reference);
    deepEqual(await bench.memory.pulling(), []);
  });

  it('mean the bytes that a tag meant first, or now, or only a digest, as the operator wants', async () => {
    const first = await registry.push('team/moving:x', image);
    const [kept, fresh, strict] = (['if-not-present', 'always', 'refuse'] as const).map((tagPolicy) =>
      open({ tagPolicy }),
    );
    ok(kept && fresh && strict);
    const facts = [kept, fresh].map((bench) => referring(bench, `${registry.host}/team/moving:x`));
    // One after the other: these are two services on one engine, which know nothing of each other's pulls.
    const labels = async (): Promise<unknown[]> => {
      const seen: unknown[] = [];
      for (const [index, bench] of [kept, fresh].entries()) {
        seen.push((await ensure(bench, facts[index] as ImageFacts)).defaults.labels['of']);
      }
      return seen;
    };
    deepEqual(await labels(), ['the registry', 'the registry']);
    await registry.push('team/moving:x', await busyboxImage({ Labels: { of: 'another day' } }));
    deepEqual(await labels(), ['the registry', 'another day']);
    const refused = ensure(strict, referring(strict, `${registry.host}/team/moving:x`));
    await rejects(refused, failsAs('Invalid', /refers to a tag.*name the digest/, 'ImageUnacceptable'));
    await ensure(strict, referring(strict, `${registry.host}/team/moving@${first}`));
  });

  it('leave every name alone that the host has, at any moment', async () => {
    const bench = open();
    const theirs = `${registry.host}/team/app`;
    const pulled = await registry.push('team/own:1', await busyboxImage({ Labels: { of: 'the host' } }));
    const own = { repository: `${registry.host}/team/own`, digest: pulled };
    const credentials = { username: USER, password: PASSWORD, serveraddress: registry.host };
    await pullImage(bench.engine, { ...own, credentials }, () => undefined, bench.signal);
    await tagImage(bench.engine, `${own.repository}@${pulled}`, theirs, '1');
    const { Id: id } = await inspectImage(bench.engine, `${theirs}:1`);
    let watching = true;
    const seen = new Set<string>();
    const watch = (async () => {
      while (watching) seen.add((await inspectImage(bench.engine, `${theirs}:1`)).Id);
    })();
    try {
      await ensure(bench, referring(bench, `${theirs}:1`));
      // What the host has fetched itself keeps the name that it has by that.
      await ensure(bench, referring(bench, `${own.repository}@${pulled}`));
    } finally {
      watching = false;
      await watch;
    }
    deepEqual([...seen], [id]);
    deepEqual(await foreignNames(bench), [`${theirs}:1`, `${own.repository}@${pulled}`]);
    await removeImage(bench.engine, `${theirs}:1`);
    await removeImage(bench.engine, `${own.repository}@${pulled}`);
  });

  it('are refused with the reason', async () => {
    const bench = open();
    const other = await registry.push('team/arm:1', { ...image, architecture: 'arm64' });
    const rows: [string, RegExp][] = [
      ['registry.example/app:1', /this host takes no images from registry\.example\/app$/],
      [`https://${registry.host}/team/app`, /docker_image is no reference to an image/],
      [`${registry.host}/team/app:2`, /its registry has no 127.* as it names: manifest unknown/],
      [`${registry.host}/team/app@sha256:${'0'.repeat(64)}`, /its registry has no/],
      [`${registry.host}/team/arm:1`, /made for arm64 processors; this host has amd64/],
      [`${registry.host}/team/arm@${other}`, /made for arm64 processors; this host has amd64/],
    ];
    for (const [reference, text] of rows) {
      await rejects(ensure(bench, referring(bench, reference)), failsAs('Invalid', text, 'ImageUnacceptable'));
    }
    const none = open({ allowed: [] });
    const nowhere = ensure(none, referring(none, `${registry.host}/team/app:1`));
    await rejects(nowhere, failsAs('Invalid', /this host takes no images from 127/, 'ImageUnacceptable'));
    const small = open({}, { maxImageBytes: 500_000 });
    const large = ensure(small, referring(small, `${registry.host}/team/app:1`));
    await rejects(large, failsAs('Invalid', /larger than this host takes/, 'ImageUnacceptable'));
    const between = open({}, { maxImageBytes: 1_500_000 });
    const unpacked = ensure(between, referring(between, `${registry.host}/team/app:1`));
    await rejects(unpacked, failsAs('Invalid', /unpacked it is larger than this host takes/, 'ImageUnacceptable'));
    deepEqual(await foreignNames(bench), []);
  });

  it('need credentials where the registry wants some, and these are told nobody', async () => {
    const file = await registry.credentials('wrong-password');
    const wrong = open({ credentialsFile: file });
    const denied = failsAs('Invalid', /does not give it to this host, which has credentials/, 'ImageUnacceptable');
    await rejects(ensure(wrong, referring(wrong, `${registry.host}/team/app:1`)), denied);
    const none = open({ credentialsFile: null });
    const unknown = failsAs('Unavailable', /can't be fetched from the registry .*has no credentials for it/);
    await rejects(ensure(none, referring(none, `${registry.host}/team/app:1`)), unknown);
    await chmod(file, 0o644);
    const unusable = failsAs('Unavailable', /can't use its registry credentials/);
    await rejects(ensure(wrong, referring(wrong, `${registry.host}/team/app:1`)), unusable);
    for (const bench of benches) ok(!bench.log.join('\n').includes('password'));
  });

  it('are given up when the registry stalls or is away', async () => {
    const bench = open({}, { stallTimeoutMs: 500 });
    const fresh = await registry.push('team/stalls:1', await busyboxImage({ Labels: { of: randomUUID() } }));
    const facts = referring(bench, `${registry.host}/team/stalls@${fresh}`);
    registry.hold(() => new Promise(() => undefined));
    await rejects(ensure(bench, facts), failsAs('Timeout', /can't be fetched from the registry .* in 500 ms/));
    registry.hold(layersNever());
    await rejects(ensure(bench, facts), failsAs('Timeout', /stalled: nothing came from its registry for 0.5 s/));
    const away = open({ allowed: ['127.0.0.1:9'] });
    const refused = failsAs('Unavailable', /can't be fetched from the registry 127\.0\.0\.1:9 .*connection refused/);
    await rejects(ensure(away, referring(away, '127.0.0.1:9/app:1')), refused);
    registry.hold(undefined);
    await ensure(bench, facts);
  });

  it('leave nothing when all who asked gave up, and what a crash has left goes later', async () => {
    const bench = open();
    const fresh = await registry.push('team/aborted:1', await busyboxImage({ Labels: { of: randomUUID() } }));
    const theirs = `${registry.host}/team/aborted@${fresh}`;
    const facts = referring(bench, theirs);
    const give = new AbortController();
    registry.hold(layersNever(() => give.abort(new Error('not any more'))));
    await rejects(ensure(bench, facts, give.signal), /not any more/);
    registry.hold(undefined);
    while ((await bench.memory.pulling()).length === 0) await new Promise((resolve) => setImmediate(resolve));
    // The engine came to the end of it all the same.
    const credentials = { username: USER, password: PASSWORD, serveraddress: registry.host };
    const again = { repository: `${registry.host}/team/aborted`, digest: fresh, credentials };
    await pullImage(bench.engine, again, () => undefined, bench.signal);
    match((await foreignNames(bench)).join(), /team\/aborted@/);
    await bench.images.tidy();
    deepEqual([await foreignNames(bench), await bench.memory.pulling()], [[], []]);
    equal(
      (await imageTags(bench.engine)).some((tag) => tag.includes(facts.id)),
      false,
    );
  });

  it('that have data of their own, as a snapshot has, are made of those', async () => {
    const bench = open();
    const data = await tarOf(dockerItems(await busyboxImage({ Labels: { of: 'a snapshot' } }), []));
    const local = await ensure(bench, referring(bench, `${registry.host}/team/app:1`, data));
    equal(local.defaults.labels['of'], 'a snapshot');
  });
});
