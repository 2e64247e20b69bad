import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import type { ContainerEvent, ContainerPlan, Containers } from '../../../src/compute/ports/containers.js';
import type { ImageFacts, Images, ImageSource } from '../../../src/compute/ports/images.js';
import { freeBytes, hostSystem } from '../../../src/app/host-system.js';
import { createContainers } from '../../../src/docker/containers.js';
import { answerJson } from '../../../src/docker/engine/answer.js';
import { Engine } from '../../../src/docker/engine/engine.js';
import { removeImage } from '../../../src/docker/engine/images.js';
import { EventStream } from '../../../src/docker/events/stream.js';
import { createImages } from '../../../src/docker/images.js';
import { ImageMemory } from '../../../src/docker/images/memory.js';
import type { Clock, ContainerSettings, ImageSettings } from '../../../src/docker/settings.js';
import { ServiceError, type ErrorKind } from '../../../src/errors/kinds.js';
import { unobserved } from '../../../src/observe/calls.js';
import type { RequestContext } from '../../../src/observe/context.js';
import { openPlane } from '../../../tools/plane/open.js';
import { dockerItems, tarOf, type ImageContent, type Item } from '../../fixtures/archives.js';
import { SETTINGS, keptLog, planOf, type PlanChanges } from '../../unit/docker/plans.js';

/** What of the request's context matters here: nothing. */
export const CONTEXT = { requestId: 'req-contract' } as RequestContext;

/** The engine that these tests may use: the plane's, or another one whose socket is named (a newer version, say). */
export function testSocket(): string {
  return process.env['TEST_DOCKER_SOCKET'] ?? openPlane().dockerSocket;
}

/** A layer with a static busybox and its links. */
export async function busyboxLayer(): Promise<Buffer> {
  const busybox = await readFile('/bin/busybox');
  const applets = ['sh', 'sleep', 'echo', 'cat', 'ls', 'ps', 'hostname', 'ping', 'true', 'dd', 'tail', 'id', 'seq'];
  const links = applets.map((name): Item => ({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' }));
  return tarOf([{ name: 'bin/', type: 'directory' }, { name: 'bin/busybox', data: busybox }, ...links]);
}

export async function busyboxImage(config: Readonly<Record<string, unknown>> = {}): Promise<ImageContent> {
  return { layers: [await busyboxLayer()], config: { Cmd: ['/bin/sleep', '1000'], Env: ['PATH=/bin'], ...config } };
}

/** Glance's record of data. */
export function factsOf(data: Buffer, id: string = randomUUID()): ImageFacts {
  return {
    id,
    name: 'an image',
    status: 'active',
    containerFormat: 'docker',
    diskFormat: 'raw',
    sizeBytes: data.length,
    hashAlgo: 'sha512',
    hashValue: createHash('sha512').update(data).digest('hex'),
    checksum: createHash('md5').update(data).digest('hex'),
    properties: {},
  };
}

/** Serves data from memory, and counts. */
export class MemorySource implements ImageSource {
  readonly images = new Map<
    string,
    { readonly facts: ImageFacts; readonly data: () => Iterable<Buffer> | AsyncIterable<Buffer> }
  >();
  downloads = 0;

  put(data: Buffer, id?: string): ImageFacts {
    const facts = factsOf(data, id);
    this.images.set(facts.id, { facts, data: () => pieces(data) });
    return facts;
  }

  show(imageId: string): Promise<ImageFacts> {
    return Promise.resolve(this.#get(imageId).facts);
  }

  download(imageId: string): Promise<Readable> {
    this.downloads += 1;
    return Promise.resolve(Readable.from(this.#get(imageId).data(), { objectMode: false }));
  }

  #get(imageId: string): NonNullable<ReturnType<typeof this.images.get>> {
    const found = this.images.get(imageId);
    if (found === undefined) throw new ServiceError('NotFound', `no image ${imageId}`);
    return found;
  }
}

export function* pieces(data: Buffer, size = 64 * 1024): Generator<Buffer> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}

/** One service's end of the engine, with a host name of its own so that tests do not meet. */
export interface Bench {
  readonly engine: Engine;
  readonly stream: EventStream;
  readonly containers: Containers;
  readonly images: Images;
  readonly source: MemorySource;
  readonly settings: ContainerSettings;
  readonly events: ContainerEvent[];
  /** Names of the calls made so far. */
  readonly calls: string[];
  readonly memory: ImageMemory;
  readonly stateFolder: string;
  /** What was logged: levels and messages. */
  readonly log: readonly string[];
  /** Turns its clock on; only while nothing is watched by it. */
  later(ms: number): void;
  readonly signal: AbortSignal;
  /** A plan for a new instance. */
  plan(changes?: PlanChanges): ReturnType<typeof planOf>;
  /** Resolves when an event like this has come. */
  told(fits: (event: ContainerEvent) => boolean): Promise<ContainerEvent>;
  /** Removes everything of this host's, and ends. */
  end(): Promise<void>;
}

const IMAGE_SETTINGS: ImageSettings = {
  maxConcurrentDownloads: 2,
  stallTimeoutMs: 10_000,
  maxImageBytes: 1024 * 1024 * 1024,
  reservedDiskBytes: 0,
  progressIntervalMs: 1000,
  registries: { allowed: [], credentialsFile: null, tagPolicy: 'if-not-present' },
  removeUnused: true,
  minimumAgeMs: 24 * 3_600_000,
};

/** `stateFolder`: that of an earlier bench, as after a restart; else one of its own. */
export function openBench(socketPath: string, changes: Partial<ImageSettings> = {}, stateFolder?: string): Bench {
  const calls: string[] = [];
  const engine = new Engine({
    socketPath,
    shortCallMs: 30_000,
    observer: ({ name }) => {
      calls.push(name);
      return () => undefined;
    },
  });
  const log = keptLog();
  const folder = stateFolder ?? mkdtempSync(join(tmpdir(), 'bench-'));
  let aheadMs = 0;
  const clock: Clock = {
    now: () => new Date(Date.now() + aheadMs),
    sleep: async (ms, signal) => {
      await after(ms, undefined, { signal });
    },
  };
  const stream = new EventStream({ engine, clock, random: Math.random, log });
  const settings = { ...SETTINGS, host: `contract-${randomUUID()}` };
  const containers = createContainers({ engine, events: stream, settings, system: hostSystem(unobserved), log });
  const source = new MemorySource();
  const imageSettings = { ...IMAGE_SETTINGS, ...changes };
  const memory = new ImageMemory(join(folder, 'images.json'), log);
  const images = createImages({
    ...{ engine, events: stream, source, memory, clock, log, freeBytes },
    settings: imageSettings,
  });
  const over = new AbortController();
  const events: ContainerEvent[] = [];
  const waiting = new Set<() => void>();
  containers.watch((event) => {
    events.push(event);
    for (const check of [...waiting]) check();
  }, over.signal);
  return {
    engine,
    stream,
    containers,
    images,
    source,
    settings,
    events,
    calls,
    memory,
    stateFolder: folder,
    log: log.lines,
    later: (ms) => {
      aheadMs += ms;
    },
    signal: over.signal,
    plan: (planChanges = {}) => planOf({ uuid: randomUUID(), ...planChanges }),
    told: (fits) =>
      new Promise((resolve) => {
        const check = (): void => {
          const found = events.find(fits);
          if (found === undefined) return;
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      }),
    end: async () => {
      for (const { key } of await containers.states()) await containers.remove(key);
      await removeImages(engine, [...source.images.keys()]);
      over.abort();
      engine.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Removes the images that were made of these of Glance. */
async function removeImages(engine: Engine, ids: readonly string[]): Promise<void> {
  const repositories = new Set(ids.map((id) => `nova-image/${id}`));
  for (const tag of await imageTags(engine)) {
    if (repositories.has(tag.split(':')[0] ?? '')) await removeImage(engine, tag);
  }
}

interface ListedImage {
  readonly RepoDigests?: readonly string[] | null;
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

/** All images of the engine, those that only another needs too. */
export function allImages(engine: Engine): Promise<readonly ListedImage[]> {
  return engine.short('image.list', async (dial) =>
    answerJson(await dial({ method: 'GET', path: '/images/json', query: { all: true } })),
  );
}

/** All names of images. */
export async function imageTags(engine: Engine): Promise<readonly string[]> {
  return (await allImages(engine)).flatMap(({ RepoTags: tags }) => tags ?? []);
}

/** Loads a busybox image through the room itself; its reference. */
export async function busyboxReference(bench: Bench, config: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const data = await tarOf(dockerItems(await busyboxImage(config), []));
  const facts = bench.source.put(data);
  return (await bench.images.ensure(facts, CONTEXT, bench.signal)).reference;
}

/** A command of the image that runs this in a shell. */
export function sh(script: string): Readonly<Record<string, unknown>> {
  return { Cmd: ['/bin/sh', '-c', script] };
}

/** A started container of an image with this configuration. */
export async function runningOn(bench: Bench, config: Readonly<Record<string, unknown>> = {}): Promise<ContainerPlan> {
  const plan = bench.plan({ reference: await busyboxReference(bench, config) });
  await bench.containers.create(plan, bench.signal);
  await bench.containers.start(plan.key);
  return plan;
}

/** Resolves when a plan's container has ended. */
export function diedOn(bench: Bench, { key }: ContainerPlan): Promise<ContainerEvent> {
  return bench.told(
    (event) => event.type === 'container' && event.action === 'die' && event.key.instanceUuid === key.instanceUuid,
  );
}

/** For `rejects`: a ServiceError of this kind, with such a text and this Nova exception. */
export function failsAs(kind: ErrorKind, text: RegExp, nova?: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof ServiceError && error.kind === kind && text.test(error.message) && error.nova?.name === nova;
}
