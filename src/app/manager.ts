import { randomUUID } from 'node:crypto';
import { createLimit } from '../compute/limits.js';
import { KeyedLocks } from '../compute/locks.js';
import type { ManagerParts } from '../compute/operation.js';
import type { ConductorFor } from '../compute/ports/conductor.js';
import type { DedicatedCpus } from '../compute/ports/dedicated-cpus.js';
import type { InstanceFolders } from '../compute/ports/instance-folders.js';
import type { ImageSource, ImageStore } from '../compute/ports/images.js';
import type { Networks } from '../compute/ports/networks.js';
import type { NodeControl } from '../compute/ports/nodes.js';
import type { Notifications } from '../compute/ports/notifications.js';
import type { Volumes } from '../compute/ports/volumes.js';
import type { MovingAllocations } from '../compute/ports/placement.js';
import { Deaths } from '../compute/power/deaths.js';
import { RunningWork } from '../compute/running.js';
import { Departures } from '../compute/verbs/live-migration/departures.js';
import { EventWaiters } from '../compute/waiters.js';
import type { ConductorParts } from '../conductor/calls.js';
import type { CallObserver } from '../observe/calls.js';
import type { RequestContext } from '../observe/context.js';
import type { Logger } from '../observe/logger.js';
import { adminContext, type RpcCaller } from '../oslo/index.js';
import { pause } from './clock.js';
import type { EngineRoom } from './engine.js';
import { following, type LiveConfig } from './live.js';
import type { LivePolicy } from './policy.js';
import { managerSettings } from './settings.js';

/** A context of the service itself, with a request id of its own. */
export function ownContext(): RequestContext {
  return adminContext(randomUUID(), new Date());
}

export function conductorParts(live: LiveConfig, rpc: RpcCaller, observer: CallObserver, log: Logger): ConductorParts {
  const { DEFAULT, filter_scheduler: scheduler } = live.current;
  return {
    rpc,
    observer,
    get responseTimeoutMs() {
      return live.current.DEFAULT.rpc_response_timeout * 1000;
    },
    get longTimeoutMs() {
      return live.current.DEFAULT.long_rpc_timeout * 1000;
    },
    log,
    settings: { host: DEFAULT.host, tracksInstanceChanges: scheduler.track_instance_changes },
    ownContext,
    pause,
  };
}

/** The adapters that the manager works through. */
export interface Adapters {
  readonly engine: EngineRoom;
  readonly library: ImageSource & ImageStore;
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly allocations: MovingAllocations;
  readonly cpus: DedicatedCpus;
  readonly folders: InstanceFolders;
  readonly policy: LivePolicy;
  readonly node: NodeControl;
  readonly notifications: Notifications;
  readonly conductorFor: ConductorFor;
}

export function managerParts(live: LiveConfig, adapters: Adapters, log: Logger): ManagerParts {
  const { engine, policy, ...others } = adapters;
  const builds = createLimit(live.current.DEFAULT.max_concurrent_builds);
  const snapshots = createLimit(live.current.DEFAULT.max_concurrent_snapshots);
  const liveMigrations = createLimit(live.current.DEFAULT.max_concurrent_live_migrations);
  live.onChange(() => {
    builds.resize(live.current.DEFAULT.max_concurrent_builds);
    snapshots.resize(live.current.DEFAULT.max_concurrent_snapshots);
    liveMigrations.resize(live.current.DEFAULT.max_concurrent_live_migrations);
  });
  return {
    ...others,
    settings: following(live, managerSettings),
    get policy() {
      return policy.current;
    },
    containers: engine.containers,
    images: engine.images,
    consoles: engine.consoles,
    disks: engine.disks,
    checkpoints: engine.checkpoints,
    locks: new KeyedLocks(),
    running: new RunningWork(),
    departures: new Departures(),
    waiters: new EventWaiters(),
    deaths: new Deaths(),
    limits: { builds, snapshots, liveMigrations },
    now: () => new Date(),
    pause,
    log,
  };
}
