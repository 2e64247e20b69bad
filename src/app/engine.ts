import { join } from 'node:path';
import type { Checkpoints } from '../compute/ports/checkpoints.js';
import type { Containers } from '../compute/ports/containers.js';
import type { Disks } from '../compute/ports/disks.js';
import type { Images, ImageSource } from '../compute/ports/images.js';
import type { SerialConsoles } from '../console/consoles.js';
import { createTerminals } from '../docker/console/terminals.js';
import { criuVersionOf } from '../docker/checkpoints/criu.js';
import { createCheckpoints } from '../docker/checkpoints.js';
import { createContainers } from '../docker/containers.js';
import { OurContainers } from '../docker/containers/ours.js';
import { createDisks } from '../docker/disks.js';
import { Engine } from '../docker/engine/engine.js';
import { EventStream } from '../docker/events/stream.js';
import { createImages } from '../docker/images.js';
import { ImageMemory } from '../docker/images/memory.js';
import type { CallObserver } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import { pause } from './clock.js';
import { createConsoles } from './consoles.js';
import { hostProcesses } from './host-processes.js';
import { freeBytes, hostSystem } from './host-system.js';
import { following, type LiveConfig } from './live.js';
import { checkpointSettings, containerSettings, imageSettings } from './settings.js';

export interface EngineRoom {
  readonly engine: Engine;
  readonly containers: Containers;
  readonly images: Images;
  readonly disks: Disks;
  readonly checkpoints: Checkpoints;
  readonly consoles: SerialConsoles;
}

/** The container engine and what is made over it. */
export function openEngine(live: LiveConfig, source: ImageSource, observer: CallObserver, log: Logger): EngineRoom {
  const config = live.current;
  const socketPath = config.docker.host_url.replace(/^unix:\/\//, '');
  const engine = new Engine({ socketPath, observer, shortCallMs: config.docker.api_timeout * 1000 });
  const clock = {
    now: () => new Date(),
    sleep: async (ms: number, signal: AbortSignal) => {
      await pause(ms, signal);
      signal.throwIfAborted();
    },
  };
  const events = new EventStream({ engine, clock, random: Math.random, log });
  const settings = following(live, containerSettings);
  const containers = createContainers({ engine, events, settings, system: hostSystem(observer), log });
  const memory = new ImageMemory(join(config.DEFAULT.state_path, 'images.json'), log);
  const images = createImages({
    ...{ engine, events, source, memory, clock, log, freeBytes },
    settings: following(live, imageSettings),
  });
  const ours = new OurContainers(engine, settings.host);
  const terminals = createTerminals({ engine, ours, processes: hostProcesses, clock, log });
  const disks = createDisks({
    engine,
    ours,
    folder: join(config.DEFAULT.state_path, 'disks'),
    clock,
    observer,
    log,
  });
  const checkpoints = createCheckpoints({
    ...{ engine, ours, clock, log, freeBytes },
    settings: checkpointSettings(config),
    system: hostSystem(observer),
    criuVersion: criuVersionOf(observer),
    temporaryFolder: '/tmp',
  });
  const consoles = createConsoles(config, terminals, log);
  return { engine, containers, images, consoles, disks, checkpoints };
}
