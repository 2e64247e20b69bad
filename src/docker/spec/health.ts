import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';

const NS_PER_S = 1_000_000_000;

/** An image's own check is made no more often: each is work of the engine's, for which no container's limit counts. */
const SHORTEST_OF_IMAGES_S = 1;

/**
 * How the engine finds out whether it is well; what is not set is as the image has it. The engine looks at nothing that an
 * image says of the times, not even that they are more than 0.
 */
export function health({ settings, image }: ContainerPlan): Fragment {
  const ofImage = image.defaults.health;
  const said = {
    Test: settings.healthcheck && [...settings.healthcheck],
    Interval: nanoseconds(settings.healthcheck_interval ?? notTooOften(ofImage?.intervalS)),
    Timeout: nanoseconds(settings.healthcheck_timeout),
    StartPeriod: nanoseconds(settings.healthcheck_start_period),
    StartInterval: nanoseconds(notTooOften(ofImage?.startIntervalS)),
    Retries: settings.healthcheck_retries,
  };
  const entries = Object.entries(said).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? {} : { Healthcheck: Object.fromEntries(entries) };
}

/** What takes the place of the image's; undefined: nothing has to. */
function notTooOften(seconds = 0): number | undefined {
  return seconds !== 0 && seconds < SHORTEST_OF_IMAGES_S ? SHORTEST_OF_IMAGES_S : undefined;
}

function nanoseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.round(seconds * NS_PER_S);
}
