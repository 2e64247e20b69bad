import { randomUUID } from 'node:crypto';
import { createLimit } from '../compute/limits.js';
import { KeyedLocks } from '../compute/locks.js';
import type { ManagerParts } from '../compute/operation.js';
import type { ConductorFor } from '../compute/ports/conductor.js';
import type { DedicatedCpus } from '../compute/ports/dedicated-cpus.js';
import type { InstanceFolders } from '../compute/ports/instance-folders.js';
import type { Networks } from '../compute/ports/networks.js';
import type { NodeControl } from '../compute/ports/nodes.js';
import type { Notifications } from '../compute/ports/notifications.js';
import type { Allocations } from '../compute/ports/placement.js';
import { Deaths } from '../compute/power/deaths.js';
import { RunningWork } from '../compute/running.js';
import { EventWaiters } from '../compute/waiters.js';
import type { ConductorParts } from '../conductor/calls.js';
import type { Config } from '../config/tables.js';
import type { CallObserver } from '../observe/calls.js';
import type { RequestContext } from '../observe/context.js';
import type { Logger } from '../observe/logger.js';
import { adminContext, type RpcCaller } from '../oslo/index.js';
import type { Policy } from '../settings/policy.js';
import { pause } from './clock.js';
import type { EngineRoom } from './engine.js';
import { managerSettings } from './settings.js';

/** A context of the service itself, with a request id of its own. */
export function ownContext(): RequestContext {
  return adminContext(randomUUID(), new Date());
}

export function conductorParts(config: Config, rpc: RpcCaller, observer: CallObserver, log: Logger): ConductorParts {
  return {
    rpc,
    observer,
    responseTimeoutMs: config.DEFAULT.rpc_response_timeout * 1000,
    log,
    settings: {
      host: config.DEFAULT.host,
      tracksInstanceChanges: config.filter_scheduler.track_instance_changes,
    },
    ownContext,
    pause,
  };
}

/** The adapters that the manager works through. */
export interface Adapters {
  readonly engine: EngineRoom;
  readonly networks: Networks;
  readonly allocations: Allocations;
  readonly cpus: DedicatedCpus;
  readonly folders: InstanceFolders;
  readonly policy: Policy;
  readonly node: NodeControl;
  readonly notifications: Notifications;
  readonly conductorFor: ConductorFor;
}

export function managerParts(config: Config, adapters: Adapters, log: Logger): ManagerParts {
  const { engine, ...others } = adapters;
  return {
    ...others,
    settings: managerSettings(config),
    containers: engine.containers,
    images: engine.images,
    locks: new KeyedLocks(),
    running: new RunningWork(),
    waiters: new EventWaiters(),
    deaths: new Deaths(),
    limits: { builds: createLimit(config.DEFAULT.max_concurrent_builds) },
    now: () => new Date(),
    pause,
    log,
  };
}
