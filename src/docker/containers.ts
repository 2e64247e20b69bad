import type { ContainerEvent, ContainerPlan, Containers } from '../compute/ports/containers.js';
import { consoleOutput } from './console/output.js';
import { create } from './containers/create.js';
import { pause, unpause } from './containers/freeze.js';
import { OurContainers } from './containers/ours.js';
import type { ContainerParts } from './containers/parts.js';
import { making } from './containers/making.js';
import { remove } from './containers/remove.js';
import { rename } from './containers/rename.js';
import { limit, limitsUpdate } from './containers/limit.js';
import { deathsByTheEngine } from './containers/engine-memory.js';
import { runInside } from './containers/inside.js';
import { signal } from './containers/signal.js';
import { start } from './containers/start.js';
import { state, states } from './containers/states.js';
import { stop } from './containers/stop.js';
import { diskUsage } from './containers/disk-usage.js';
import { usage } from './containers/usage.js';
import type { Engine } from './engine/engine.js';
import { containerEventOf } from './events/message.js';
import type { EventStream, StreamNews } from './events/stream.js';
import { engineFacts } from './facts.js';
import { lookAtHost, withLxcfs, type LastingHost } from './host/look.js';
import type { Logger } from '../observe/logger.js';
import type { ContainerSettings } from './settings.js';
import { containerSpec } from './spec/container.js';
import type { HostSystem } from './host/system.js';

export interface ContainersParts {
  readonly engine: Engine;
  readonly events: EventStream;
  readonly settings: ContainerSettings;
  readonly system: HostSystem;
  readonly log: Logger;
}

/** The manager's containers, over one engine. */
export function createContainers({ engine, events, settings, system, log }: ContainersParts): Containers {
  const ours = new OurContainers(engine, settings.host);
  const parts: ContainerParts = { engine, ours, log };
  const endedWithTheEngine = deathsByTheEngine(parts, settings.host, system);
  const host = rememberedHost({ engine, events, settings, system, log });
  const tellOfUnbounded = unboundedDisks(settings, log);
  return {
    create: async (plan, signal) => {
      const spec = containerSpec(plan, await withLxcfs(await host(), system));
      tellOfUnbounded(plan);
      return create(parts, plan, spec, signal);
    },
    program: async ({ runtime }) => {
      const { engine, settings } = await host();
      return engine.programs[runtime ?? settings.runtime ?? ''] ?? null;
    },
    start: (key) => start(parts, key),
    limit: async (key, limits) => limit(parts, key, limitsUpdate(limits, { ...(await host()), lxcfs: [] })),
    stop: (key, options) => stop(parts, key, options),
    pause: (key) => pause(parts, key),
    unpause: (key) => unpause(parts, key),
    remove: (key) => remove(parts, key),
    rename: (from, to) => rename(parts, from, to),
    making: (key) => making(parts, key, settings.lxcfsFolder),
    state: (key) => state(parts, key),
    states: () => states(parts, settings.host),
    consoleOutput: (key, lines) => consoleOutput(parts, key, lines),
    usage: (key) => usage(parts, key),
    diskUsage: (key) => diskUsage(parts, key),
    limitsRootDisk: async () => (await host()).limitsRoot,
    signal: (key, signalName) => signal(parts, key, signalName),
    runInside: (key, command) => runInside(parts, key, command),
    endedWithTheEngine: () => endedWithTheEngine(new Date()),
    facts: () => engineFacts(engine),
    watch: (listener, signal) => {
      watch({ events, ours, host: settings.host }, listener, signal);
    },
  };
}

interface WatchParts {
  readonly events: EventStream;
  readonly ours: OurContainers;
  readonly host: string;
}

function watch(
  { events, ours, host }: WatchParts,
  listener: (event: ContainerEvent) => void,
  signal: AbortSignal,
): void {
  if (signal.aborted) return;
  const told = (news: StreamNews): void => {
    const event = eventOf(news, host);
    if (event === undefined) return;
    if (event.type === 'container' && event.action === 'destroy') ours.forget(event.key, event.containerId);
    listener(event);
  };
  signal.addEventListener('abort', events.listen(told), { once: true });
  void events.run(signal);
}

function eventOf(news: StreamNews, host: string): ContainerEvent | undefined {
  switch (news.type) {
    case 'message':
      return containerEventOf(news.message, host);
    case 'lost':
      return { type: 'engine-lost', at: news.at };
    case 'back':
      return { type: 'engine-back', at: news.at };
  }
}

/** Warns of the first ephemeral disk: it is not bounded. */
function unboundedDisks({ unlimitedRootDisk }: ContainerSettings, log: Logger): (plan: ContainerPlan) => void {
  let isTold = unlimitedRootDisk !== 'warn';
  return ({ ephemeralDisks }) => {
    if (isTold || ephemeralDisks.length === 0) return;
    isTold = true;
    log.warn("Ephemeral disks are not bounded: the engine's volumes can't be (see [docker] unlimited_root_disk)");
  };
}

/** What a spec depends on and an engine keeps for life, asked once: it costs a round trip, and a boot should not pay it. */
function rememberedHost({ engine, events, settings, system, log }: ContainersParts): () => Promise<LastingHost> {
  let known: Promise<LastingHost> | undefined;
  const forget = (): void => {
    known = undefined;
  };
  events.listen((news) => {
    if (news.type !== 'message') forget();
  });
  return () => {
    if (known !== undefined) return known;
    const asked = lookAtHost(engine, settings, system);
    known = asked;
    asked.then(
      ({ limitsRoot }) => {
        if (limitsRoot || settings.unlimitedRootDisk !== 'warn') return;
        log.warn("Root disks are not bounded here: the engine's storage can't (see [docker] unlimited_root_disk)");
      },
      () => {
        if (known === asked) forget();
      },
    );
    return asked;
  };
}
