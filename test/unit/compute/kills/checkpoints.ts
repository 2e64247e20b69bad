import { Readable } from 'node:stream';
import { POWER_STATE } from '../../../../src/compute/ports/containers.js';
import { ServiceError } from '../../../../src/errors/kinds.js';
import type { Guest } from './before.js';
import type { Held } from './host.js';
import type { Ports } from './world.js';

/** As strict as CRIU: what does not run has no processes, and a checkpoint is of one that does not run. */
export function checkpointsOf(base: Ports, held: Held, guests: ReadonlyMap<string, Guest>): Ports['checkpoints'] {
  const { RUNNING, SHUTDOWN } = POWER_STATE;
  const refuse = (): Promise<never> => Promise.reject(new ServiceError('Unsupported', 'criu: not now'));
  return {
    ...base.checkpoints,
    take: ({ role }) => {
      const guest = guests.get(role);
      if (guest?.power === RUNNING) guest.power = SHUTDOWN;
      else if (!held.has('checkpoint')) return refuse();
      return held.take('checkpoint', { bytes: 1 });
    },
    read: () => (held.has('checkpoint') ? Promise.resolve(Readable.from([Buffer.from('memory')])) : refuse()),
    place: ({ role }) => (guests.get(role)?.power === SHUTDOWN ? held.take('checkpoint', undefined) : refuse()),
    restore: ({ role }) => {
      const guest = guests.get(role);
      if (guest?.power !== SHUTDOWN || !held.has('checkpoint')) return refuse();
      guest.power = RUNNING;
      return Promise.resolve();
    },
    forget: () => held.drop('checkpoint'),
  };
}

/** A key is another one at every try. */
export function knowable(value: unknown): unknown {
  const isKeyed = typeof value === 'object' && value !== null && 'live_migration_key' in value;
  return isKeyed ? { ...value, live_migration_key: 'some key' } : value;
}
