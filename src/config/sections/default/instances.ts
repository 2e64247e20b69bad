import { option } from '../../option.js';
import { list } from '../../values/containers.js';
import { boolean, integer, oneOf, string } from '../../values/scalars.js';

const fromZero = integer({ min: 0 });

/** How instances are treated (nova/conf/compute.py, base.py, configdrive.py, release 26). */
export const instances = {
  instance_name_template: option(string(), {
    default: 'instance-%08x',
    help: 'Name of an instance on its host, made of its number or uuid. Must be the same in all services of Nova.',
  }),
  allow_resize_to_same_host: option(boolean(), {
    default: false,
    help: 'Let an instance be resized on the host on which it is.',
    idle: 'nova-api decides it',
  }),
  resume_guests_state_on_host_boot: option(boolean(), {
    default: false,
    help: 'When the service starts, start the instances that were running before.',
  }),
  running_deleted_instance_action: option(oneOf('reap', 'log', 'shutdown', 'noop'), {
    default: 'reap',
    reloadable: true,
    help: 'What happens to a container whose instance is deleted.',
  }),
  maximum_instance_delete_attempts: option(integer({ min: 1 }), {
    default: 5,
    reloadable: true,
    help: 'How often the deletion of an instance is tried again by the periodic task.',
  }),
  network_allocate_retries: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'How often making the ports of a new instance is tried again.',
  }),
  block_device_allocate_retries: option(fromZero, {
    default: 60,
    reloadable: true,
    help: 'How often to look whether a new volume is ready.',
    idle: 'this service attaches no volumes',
  }),
  max_local_block_devices: option(integer(), {
    default: 3,
    help: 'Local disks that one instance may have. A negative value sets no limit.',
    idle: 'nova-api decides it',
  }),
  default_access_ip_network_name: option(string(), {
    help: 'Name of the network whose address becomes the access address of an instance.',
  }),
  non_inheritable_image_properties: option(list(), {
    default: ['cache_in_nova', 'bittorrent'],
    help: 'Image properties that a snapshot does not take over.',
    idle: 'nova-api decides it',
  }),
  force_config_drive: option(boolean(), {
    default: false,
    help: 'Give every instance a config drive.',
  }),
  password_length: option(fromZero, {
    default: 12,
    help: 'Length of a generated administrator password.',
    idle: 'nova-api makes the passwords',
  }),
  instance_usage_audit: option(boolean(), {
    default: false,
    help: 'Send a compute.instance.exists notification for every instance once per instance_usage_audit_period.',
  }),
  instance_usage_audit_period: option(string(/^(hour|month|day|year)(@([0-9]+))?$/), {
    default: 'month',
    help: 'Period of the usage audit: hour, day, month or year, with @offset if it does not start at the beginning.',
  }),
  default_availability_zone: option(string(), {
    default: 'nova',
    help: 'Availability zone of a host that is in none, as notifications name it. Must be the same in all services.',
    idle: 'nova-api names the zones',
  }),
};
