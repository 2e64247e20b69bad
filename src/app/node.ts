import { readdir, readFile, statfs } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Containers } from '../compute/ports/containers.js';
import type { NodeStore } from '../compute/ports/nodes.js';
import type { Config } from '../config/tables.js';
import type { CallObserver } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import type { ProviderAllocations } from '../openstack/allocations.js';
import type { Providers } from '../openstack/placement.js';
import { readHost, readUptime, type HostSources } from '../resources/host.js';
import { HostNode } from '../resources/node.js';
import { decideIdentity, readIdentityFiles, writeIdentityFile } from '../resources/node-identity.js';
import { ProviderPublisher } from '../resources/provider.js';
import { ResourceTracker } from '../resources/tracker.js';
import { CpuPins } from '../resources/cpus/pins.js';
import { cpuPlaces, onlineCpus } from '../resources/cpus/places.js';
import { checkCpuSets } from '../resources/cpus/sets.js';
import { following, type LiveConfig } from './live.js';
import { cpuSets, resourceSettings } from './settings.js';

export interface NodeParts {
  readonly live: LiveConfig;
  readonly containers: Containers;
  readonly store: NodeStore;
  readonly providers: Providers;
  readonly allocations: ProviderAllocations;
  readonly controlPlaneVersion: number;
  /** Version of our service record before this start; undefined: this host never was one. */
  readonly serviceVersion: number | undefined;
  readonly observer: CallObserver;
  readonly log: Logger;
}

/** The files that may hold this node's uuid: beside the state, or where nova's packages put it. */
const IDENTITY_FILE = 'compute_id';

/** The file that tells which CPUs are which instance's own. */
const PINS_FILE = 'dedicated-cpus.json';

/** CPUs that are single instances' own. Throws Invalid for sets with CPUs that this host does not have. */
export async function openCpuPins(config: Config): Promise<CpuPins> {
  const sources = { readText: (path: string) => readFile(path, 'utf8'), list: (path: string) => readdir(path) };
  const sets = cpuSets(config.compute);
  checkCpuSets(sets, await onlineCpus(sources));
  return CpuPins.open(join(config.DEFAULT.state_path, PINS_FILE), await cpuPlaces(sets.dedicated ?? [], sources));
}

export interface NodeRoom {
  readonly node: HostNode;
  readonly tracker: ResourceTracker;
}

/** Finds out who this node is (or refuses), and what publishes its figures. Nothing is published yet. */
export async function openNode(parts: NodeParts): Promise<NodeRoom> {
  const { live, containers, store, log, observer } = parts;
  const config = live.current;
  const here = { host: config.DEFAULT.host, node: config.DEFAULT.host };
  const uuid = await identify(parts, here);
  const sources: HostSources = {
    engine: () => containers.facts(),
    readText: (path) => readFile(path, 'utf8'),
    statfs: (path) => statfs(path),
    now: () => new Date(),
    observer,
  };
  const publisher = new ProviderPublisher({
    providers: parts.providers,
    uuid,
    node: here.node,
    get refreshMs() {
      return live.current.compute.resource_provider_association_refresh * 1000;
    },
    clock: () => performance.now(),
    log,
  });
  const tracker = new ResourceTracker({
    here,
    uuid,
    settings: following(live, (current) => resourceSettings(current, parts.controlPlaneVersion)),
    store,
    publisher,
    allocations: parts.allocations,
    readHost: () => readHost(sources),
    log,
  });
  const node = new HostNode({ uuid, tracker, publisher, uptime: () => readUptime(sources), later, log });
  return { node, tracker };
}

async function identify(parts: NodeParts, here: { host: string; node: string }): Promise<string> {
  const file = join(parts.live.current.DEFAULT.state_path, IDENTITY_FILE);
  const fileUuid = await readIdentityFiles([file]);
  const [nodeByName, nodeByUuid, states] = await Promise.all([
    parts.store.find(),
    fileUuid === undefined ? undefined : parts.store.byUuid(fileUuid),
    parts.containers.states(),
  ]);
  const { serviceVersion } = parts;
  const facts = { here, fileUuid, serviceVersion, nodeByName, nodeByUuid, localInstances: states.length };
  const identity = decideIdentity(facts, randomUUID);
  if (identity.write) await writeIdentityFile(file, identity.uuid);
  return identity.uuid;
}

function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}
