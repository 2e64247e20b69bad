import type { ContainerPlan } from '../../compute/ports/containers.js';
import { containerLabels } from '../labels.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/** Linux takes no longer one (__NEW_UTS_LEN is 64, a DNS label 63). */
const LONGEST_HOSTNAME = 63;

/** Who it is: labels for us, a host name for its own eyes, the image it is made of. */
export function identity(plan: ContainerPlan, { settings }: SpecHost): Fragment {
  const { host } = settings;
  return {
    Image: plan.image.reference,
    Hostname: plan.instance.hostname.slice(0, LONGEST_HOSTNAME).replace(/[-.]+$/, ''),
    Labels: {
      ...plan.settings.label,
      ...containerLabels(plan.key, plan.instance, { host, imageLabels: plan.image.defaults.labels }),
    },
  };
}
