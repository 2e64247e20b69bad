import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { CreateOptions } from '../engine/wire.js';
import { cpu } from './cpu.js';
import { disk } from './disk.js';
import { files } from './files.js';
import { joinFragments } from './fragment.js';
import { health } from './health.js';
import type { SpecHost } from './host.js';
import { identity } from './identity.js';
import { limits } from './limits.js';
import { logging } from './logging.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { runtime } from './runtime.js';
import { security } from './security.js';
import { rootDisk } from './root-disk.js';
import { workload } from './workload.js';

/**
 * The engine's create request for a plan: data, the same for the same input. Throws Invalid for what can't run, Conflict
 * for what can't run on this host.
 */
export function containerSpec(plan: ContainerPlan, host: SpecHost): CreateOptions {
  return joinFragments([
    identity(plan, host),
    workload(plan, host),
    health(plan),
    runtime(plan, host),
    memory(plan, host),
    cpu(plan, host),
    limits(plan, host),
    disk(plan, host),
    rootDisk(plan, host),
    files(plan, host),
    security(plan, host),
    network(),
    logging(plan, host),
  ]);
}
