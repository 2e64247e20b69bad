import { ServiceError, kindOf, messageOf } from '../../errors/kinds.js';
import type { ContainerKey } from '../../compute/ports/containers.js';

/** The engine will not run this instance as it is asked for: no other host would either, so the build is given up. */
export function unacceptable(key: ContainerKey, reason: string, cause: unknown): ServiceError {
  return new ServiceError('Invalid', `Instance ${key.instanceUuid} is unacceptable: ${reason}`, {
    cause,
    nova: {
      name: 'InstanceUnacceptable',
      code: 400,
      kwargs: { instance_id: key.instanceUuid, reason },
    },
  });
}

/** An Invalid of the engine becomes the instance's fault; everything else stays what it is. */
export function asUnacceptable(key: ContainerKey, error: unknown): unknown {
  return kindOf(error) === 'Invalid' ? unacceptable(key, messageOf(error), error) : error;
}

/** There is no container of ours to do something with. */
export function containerMissing(key: ContainerKey): ServiceError {
  const which = key.role === 'main' ? 'container' : `${key.role} container`;
  return new ServiceError('NotFound', `The ${which} of instance ${key.instanceUuid} is not on this host.`);
}
