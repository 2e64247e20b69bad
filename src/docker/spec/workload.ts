import { ServiceError } from '../../errors/kinds.js';
import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { CreateOptions } from '../engine/wire.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/**
 * What runs, and under whom: the image's own command or what was set in its place, below the engine's init (so that a
 * stop is quick and zombies are reaped; `docker:init=false` leaves it out), never restarted by the engine, since Nova
 * decides what runs. Throws Invalid for an image that names no command.
 */
export function workload(plan: ContainerPlan, host: SpecHost): Fragment {
  const { init, stop_timeout: stopTimeoutS = host.settings.stopTimeoutMs / 1000 } = plan.settings;
  return {
    ...command(plan),
    ...surroundings(plan),
    StopTimeout: Math.ceil(stopTimeoutS),
    HostConfig: { Init: init ?? true, RestartPolicy: { Name: 'no' } },
  };
}

/** As the engine has it: an entrypoint of one's own does away with the image's command, too. */
function command({ image, settings }: ContainerPlan): Partial<CreateOptions> {
  const { entrypoint, command: words } = settings;
  const runs = [
    ...(entrypoint ?? image.defaults.entrypoint),
    ...(words ?? (entrypoint === undefined || entrypoint.length === 0 ? image.defaults.command : [])),
  ];
  if (runs.length === 0) throw noCommand(image.imageId);
  return {
    ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
    ...(words === undefined ? {} : { Cmd: [...words] }),
  };
}

function noCommand(imageId: string): ServiceError {
  const reason = 'the image names no command to run: build it with CMD or ENTRYPOINT, or set docker:command';
  return new ServiceError('Invalid', `Image ${imageId} is unacceptable: ${reason}`, {
    nova: { name: 'ImageUnacceptable', code: 400, kwargs: { image_id: imageId, reason } },
  });
}

function surroundings({ settings }: ContainerPlan): Partial<CreateOptions> {
  const { env, user, workdir, stop_signal: stopSignal } = settings;
  return {
    ...(settings.console === 'attach' ? { Tty: true, OpenStdin: true } : {}),
    ...(env === undefined ? {} : { Env: Object.entries(env).map(([name, value]) => `${name}=${value}`) }),
    ...(user === undefined ? {} : { User: user }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...(stopSignal === undefined ? {} : { StopSignal: stopSignal }),
  };
}
