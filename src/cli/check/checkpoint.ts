import { hostSystem } from '../../app/host-system.js';
import type { Config } from '../../config/tables.js';
import { criuVersionOf } from '../../docker/checkpoints/criu.js';
import { checkpointFacts, type CheckpointFacts } from '../../docker/checkpoints/facts.js';
import { lacking } from '../../docker/checkpoints/lacking.js';
import type { Engine } from '../../docker/engine/engine.js';
import { ServiceError } from '../../errors/kinds.js';
import { unobserved } from '../../observe/calls.js';
import type { Finding, Probe } from './probe.js';

/** Whether running servers can be moved to and from this host, where they are meant to be. */
export function checkpointProbe({ docker }: Config, engine: Engine): Probe {
  const parts = { engine, system: hostSystem(unobserved), criuVersion: criuVersionOf(unobserved) };
  return {
    name: 'checkpoint',
    needs: ['engine'],
    look: async (signal) => {
      if (docker.live_migration === 'checkpoint') return describeCheckpoints(await checkpointFacts(parts, signal));
      return { found: `not wanted: [docker] live_migration = ${docker.live_migration}` };
    },
    mend: 'Or set [docker] live_migration = none: running servers stay where they are, and nothing of this is needed.',
  };
}

/** Throws for everything that is missing, with what to do about it. */
export function describeCheckpoints(facts: CheckpointFacts): Finding {
  const lacks = lacking(facts);
  if (lacks.length === 0) return { found: `criu ${facts.criu}, engine ${facts.engine}, Linux ${facts.kernel}` };
  const told = lacks.map(({ what, mend }) => `${what}: ${mend}`).join('; ');
  throw new ServiceError('Unsupported', `Running servers can't be moved: ${told}.`);
}
