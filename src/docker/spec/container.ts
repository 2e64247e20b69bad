import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { CreateOptions } from '../engine/wire.js';
import { cpu } from './cpu.js';
import { joinFragments } from './fragment.js';
import type { SpecHost } from './host.js';
import { identity } from './identity.js';
import { logging } from './logging.js';
import { memory } from './memory.js';
import { network } from './network.js';
import { workload } from './workload.js';
import { security } from './security.js';

/** The engine's create request for a plan: data, the same for the same input. Throws Invalid for what can't run. */
export function containerSpec(plan: ContainerPlan, host: SpecHost): CreateOptions {
  return joinFragments([
    identity(plan, host),
    workload(plan, host),
    memory(plan, host),
    cpu(plan, host),
    security(plan, host),
    network(plan),
    logging(plan, host),
  ]);
}
