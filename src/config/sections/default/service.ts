import { option } from '../../option.js';
import { boolean, integer } from '../../values/scalars.js';

/** Being a service among Nova's (nova/conf/service.py, oslo_service/_options.py). */
export const service = {
  report_interval: option(integer(), {
    default: 10,
    help: 'Seconds between two reports that this service is up.',
  }),
  service_down_time: option(integer(), {
    default: 60,
    help: 'Seconds without a report after which Nova takes a service for down. Must be above report_interval.',
  }),
  periodic_enable: option(boolean(), {
    default: true,
    help: 'Run periodic tasks.',
  }),
  periodic_fuzzy_delay: option(integer({ min: 0 }), {
    default: 60,
    help: 'Periodic tasks start after a random time of up to so many seconds, so that hosts do not move in step.',
  }),
  graceful_shutdown_timeout: option(integer({ min: 0 }), {
    default: 60,
    reloadable: true,
    help: 'Seconds given to running work when the service is told to stop. 0 waits without limit.',
  }),
};
