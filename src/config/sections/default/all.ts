import type { Section } from '../../option.js';
import { identity } from './identity.js';
import { instances } from './instances.js';
import { intervals } from './intervals.js';
import { logging } from './logging.js';
import { messaging } from './messaging.js';
import { resources } from './resources.js';
import { service } from './service.js';
import { timeouts } from './timeouts.js';

export const defaultSection = {
  help: 'The service itself. As in every section, the names and defaults are those of nova-compute.',
  options: {
    ...identity,
    ...logging,
    ...messaging,
    ...service,
    ...intervals,
    ...timeouts,
    ...resources,
    ...instances,
  },
} satisfies Section;
