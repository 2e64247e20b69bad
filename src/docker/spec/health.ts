import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';

const NS_PER_S = 1_000_000_000;

/** How the engine finds out whether it is well; what is not set is as the image has it. */
export function health({ settings }: ContainerPlan): Fragment {
  const {
    healthcheck: test,
    healthcheck_interval: interval,
    healthcheck_timeout: timeout,
    healthcheck_start_period: startPeriod,
    healthcheck_retries: retries,
  } = settings;
  if ([test, interval, timeout, startPeriod, retries].every((value) => value === undefined)) return {};
  return {
    Healthcheck: {
      ...(test === undefined ? {} : { Test: [...test] }),
      ...(interval === undefined ? {} : { Interval: nanoseconds(interval) }),
      ...(timeout === undefined ? {} : { Timeout: nanoseconds(timeout) }),
      ...(startPeriod === undefined ? {} : { StartPeriod: nanoseconds(startPeriod) }),
      ...(retries === undefined ? {} : { Retries: retries }),
    },
  };
}

function nanoseconds(seconds: number): number {
  return Math.round(seconds * NS_PER_S);
}
