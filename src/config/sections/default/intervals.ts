import { option } from '../../option.js';
import { integer } from '../../values/scalars.js';

const seconds = integer();
const timer = (value: number, help: string) => option(seconds, { default: value, reloadable: true, help });

/** How often the periodic tasks run (nova/conf/compute.py, interval_opts and others, release 26); all in seconds. */
export const intervals = {
  update_resources_interval: timer(
    0,
    'Seconds between two audits of the resources of this host. 0 runs it every 60 seconds, a negative value never.',
  ),
  sync_power_state_interval: timer(
    600,
    'Seconds between two comparisons of the power states that Nova knows with those of the containers. 0 runs it ' +
      'every 60 seconds, a negative value never.',
  ),
  heal_instance_info_cache_interval: timer(
    60,
    'Seconds between two refreshes of the network information of one instance after the other. 0 or less: never.',
  ),
  scheduler_instance_sync_interval: timer(
    120,
    'Seconds between two messages that tell the schedulers which instances are here. 0 or less: every 60 seconds or ' +
      'never.',
  ),
  instance_delete_interval: timer(300, 'Seconds between two attempts to delete instances whose deletion failed.'),
  reclaim_instance_interval: timer(
    0,
    'Seconds for which a deleted instance can be restored. 0 deletes at once. Must be the same in nova-api.',
  ),
  shelved_poll_interval: timer(3600, 'Seconds between two looks for shelved instances that are due to be off-loaded.'),
  shelved_offload_time: timer(0, 'Seconds after which a shelved instance leaves this host. 0: at once, -1: never.'),
  volume_usage_poll_interval: option(seconds, {
    default: 0,
    help: 'Seconds between two readings of volume usage. 0: never.',
    idle: 'this service attaches no volumes',
  }),
  running_deleted_instance_poll_interval: timer(
    1800,
    'Seconds between two looks for containers whose instance is deleted. 0: never.',
  ),
  running_deleted_instance_timeout: timer(
    0,
    'Seconds for which an instance must have been deleted before running_deleted_instance_action is done to it.',
  ),
  block_device_allocate_retries_interval: option(integer({ min: 0 }), {
    default: 3,
    reloadable: true,
    help: 'Seconds between two looks whether a new volume is ready.',
    idle: 'this service attaches no volumes',
  }),
};
