import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { hostSystem } from '../../../src/app/host-system.js';
import type { ContainerPlan, Containers } from '../../../src/compute/ports/containers.js';
import { createContainers } from '../../../src/docker/containers.js';
import { Engine } from '../../../src/docker/engine/engine.js';
import { EventStream } from '../../../src/docker/events/stream.js';
import { SAFE_CAPABILITIES, type ContainerSettings } from '../../../src/docker/settings.js';
import { HostPorts } from '../../../src/network/host/ports.js';
import { createPlanRunner } from '../../../src/network/host/runtime.js';
import { unobserved } from '../../../src/observe/calls.js';
import type { Logger } from '../../../src/observe/logger.js';
import type { Bench, Scenario } from '../bench.js';
import { AT_ONCE, imageOnEngine, timedByHand, timedSideBySide } from '../by-hand.js';
import type { Figure } from '../figures.js';
import { deleteAll, timedBoot } from '../servers.js';

const ROUNDS = 3;
/** Of nobody's host, so that the plane's service does not take the containers for its own. */
const SETTINGS: ContainerSettings = {
  host: 'bench-engine',
  runtime: 'nova',
  allowedRuntimes: [],
  allowPrivileged: false,
  allowedDevices: [],
  sharedCpus: null,
  lxcfsFolder: '',
  pidsLimit: 512,
  logMaxBytes: 10_485_760,
  logMaxFiles: 2,
  capabilities: SAFE_CAPABILITIES,
  noNewPrivileges: true,
  unlimitedRootDisk: 'warn',
  cpuHardLimit: true,
  stopTimeoutMs: 10_000,
};
const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The rooms of the service that make a container, without the service. */
interface Rooms {
  readonly engine: Engine;
  readonly containers: Containers;
  readonly ports: HostPorts;
}

function openRooms(bench: Bench, statePath: string): Rooms {
  const engine = new Engine({ socketPath: bench.plane.dockerSocket, observer: unobserved, shortCallMs: 60_000 });
  const clock = {
    now: () => new Date(),
    sleep: async (ms: number, signal: AbortSignal) => {
      await after(ms, undefined, { signal });
    },
  };
  const events = new EventStream({ engine, clock, random: Math.random, log: silent });
  const system = hostSystem(unobserved);
  const runner = createPlanRunner(unobserved);
  return {
    engine,
    containers: createContainers({ engine, events, settings: SETTINGS, system, log: silent }),
    ports: new HostPorts({ statePath, runner, settings: { ovsdbConnection: null, wiringTimeoutSeconds: 1 } }),
  };
}

/** A server as its boot would plan it, with names but no port. */
function planOf({ ports }: Rooms, reference: string): ContainerPlan {
  const uuid = randomUUID();
  const { names } = ports.folder(uuid);
  const flavor = { name: 'bench', flavorId: '1', vcpus: 1, memoryMb: 64, swapMb: 0, rootGb: 0, ephemeralGb: 0 };
  return {
    key: { instanceUuid: uuid, role: 'main' },
    instance: {
      uuid,
      guestName: 'bench',
      hostname: 'bench',
      displayName: 'bench',
      projectId: 'bench',
      userId: 'bench',
      availabilityZone: null,
      imageRef: 'bench',
      flavor: { ...flavor, extraSpecs: {} },
      metadata: {},
      imageProperties: {},
    },
    settings: {},
    cpus: null,
    image: {
      imageId: 'bench',
      reference,
      defaults: { entrypoint: [], command: ['/bin/sleep', '1000'], labels: {}, variables: [], volumes: [] },
      sizeBytes: 1,
    },
    files: Object.entries(names).map(([guestPath, hostPath]) => ({ hostPath, guestPath })),
    contents: [],
    ephemeralDisks: [],
  };
}

async function timedByRooms(rooms: Rooms, image: string, signal: AbortSignal, count: number): Promise<number> {
  const plans = Array.from({ length: count }, () => planOf(rooms, image));
  try {
    return await timedSideBySide(count, async (index) => {
      const plan = plans[index];
      if (plan === undefined) return;
      await rooms.ports.plug({ instanceUuid: plan.instance.uuid, hostname: 'bench', vifs: [] }, signal);
      await rooms.containers.create(plan, signal);
      await rooms.containers.start(plan.key);
      await rooms.containers.state(plan.key);
    });
  } finally {
    for (const { key } of plans) {
      await rooms.containers.remove(key);
      await rooms.ports.remove(key.instanceUuid);
    }
  }
}

async function pair(bench: Bench, rooms: Rooms, count: number): Promise<Figure> {
  const image = await imageOnEngine(bench);
  const [ours, hand]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push((await timedByRooms(rooms, image, bench.signal, count)) / 1000);
    hand.push((await timedByHand(bench, image, count)) / 1000);
  }
  return {
    scenario: 'engine',
    what: `${count} containers, ${AT_ONCE} at a time`,
    unit: 's',
    ours,
    other: { who: 'docker run -d', values: hand },
    target: { of: 'ratio', at: 'most', limit: 1.15 },
  };
}

export const engine: Scenario = {
  name: 'engine',
  about: 'the same containers made by the rooms that the service makes them with, and by docker run -d',
  run: async (bench) => {
    await timedBoot(bench, bench.ours, { name: 'bench-first', networks: 'none' });
    const statePath = await mkdtemp(join(tmpdir(), 'bench-engine-'));
    const rooms = openRooms(bench, statePath);
    try {
      const [count = 50] = bench.sizes.bursts;
      return [await pair(bench, rooms, count)];
    } finally {
      rooms.engine.close();
      await deleteAll(bench, 'bench-first');
      await rm(statePath, { recursive: true, force: true });
    }
  },
};
