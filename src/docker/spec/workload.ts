import { ServiceError } from '../../errors/kinds.js';
import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/**
 * What runs, and under whom: the image's own command below the engine's init (so that a stop is quick and zombies are
 * reaped; `docker_init=false` on the image leaves it out), never restarted by the engine, since Nova decides what runs.
 * Throws Invalid for an image that names no command.
 */
export function workload(plan: ContainerPlan, { settings }: SpecHost): Fragment {
  const { entrypoint, command } = plan.image.defaults;
  if (entrypoint.length === 0 && command.length === 0) {
    const reason = 'the image names no command to run: build it with CMD or ENTRYPOINT';
    throw new ServiceError('Invalid', `Image ${plan.image.imageId} is unacceptable: ${reason}`, {
      nova: { name: 'ImageUnacceptable', code: 400, kwargs: { image_id: plan.image.imageId, reason } },
    });
  }
  return {
    StopTimeout: Math.ceil(settings.stopTimeoutMs / 1000),
    HostConfig: {
      Init: !isFalse(plan.instance.imageProperties['docker_init']),
      RestartPolicy: { Name: 'no' },
      ...(settings.runtime === null ? {} : { Runtime: settings.runtime }),
    },
  };
}

/** The words that oslo's strutils.bool_from_string takes for false. */
function isFalse(word: string | undefined): boolean {
  return word !== undefined && ['0', 'f', 'false', 'off', 'n', 'no'].includes(word.trim().toLowerCase());
}
