import { option, type Section } from '../option.js';
import { boolean, integer, oneOf, string } from '../values/scalars.js';
import { list } from '../values/containers.js';
import { cpuSet } from '../values/cpus.js';

/** nova/conf/compute.py, compute_group_opts */
export const compute = {
  help: 'This compute service.',
  options: {
    consecutive_build_service_disable_threshold: option(integer(), {
      default: 10,
      reloadable: true,
      help: 'Count the builds that failed since the last good one, by which the scheduler avoids hosts. 0: do not.',
    }),
    resource_provider_association_refresh: option(integer({ min: 0 }), {
      default: 300,
      reloadable: true,
      help: 'Seconds for which aggregates and traits of this host in Placement are trusted. 0: for ever.',
    }),
    cpu_shared_set: option(cpuSet(), {
      help: 'CPUs for instances that share them, e.g. 2-7,^4. Unset: all, or none if there is a cpu_dedicated_set.',
    }),
    cpu_dedicated_set: option(cpuSet(), {
      help: 'CPUs of which instances with hw:cpu_policy=dedicated get some for themselves, e.g. 8-15.',
    }),
    max_concurrent_disk_ops: option(integer({ min: 0 }), {
      default: 0,
      reloadable: true,
      help: 'Heavy disk operations (image download, snapshot) at the same time. 0: no limit.',
      idle: 'max_concurrent_builds and max_concurrent_snapshots bound them',
    }),
    provider_config_location: option(string(), {
      default: '/etc/nova/provider_config/',
      help: 'Directory of YAML files with further inventory and traits of this host.',
      idle: 'further traits are set by `openstack resource provider trait set`, and are kept',
    }),
    image_type_exclude_list: option(list(), {
      default: [],
      help: 'Image formats that this host does not announce.',
    }),
  },
} satisfies Section;

/** nova/conf/api.py, as far as config drives are made by it */
export const api = {
  help: 'What config drives tell instances; the metadata service of nova-api reads the same options.',
  options: {
    config_drive_skip_versions: option(string(), {
      default: '1.0 2007-01-19 2007-03-01 2007-08-29 2007-10-10 2007-12-15 2008-02-01 2008-09-01',
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Versions of the EC2 layout that config drives do without, with spaces between.',
    }),
    dhcp_domain: option(string(), {
      default: 'novalocal',
      oldNames: [{ group: 'DEFAULT' }],
      help: "Domain behind the host name that instances are told. Empty: none. The same as Neutron's dns_domain.",
    }),
    vendordata_providers: option(list(oneOf('StaticJSON', 'DynamicJSON')), {
      default: ['StaticJSON'],
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Where vendor data come from. DynamicJSON has no effect on config drives: instances get it over the net.',
    }),
    vendordata_jsonfile_path: option(string(), {
      oldNames: [{ group: 'DEFAULT' }],
      help: 'File with vendor data, a JSON object. Read whenever a config drive is written.',
    }),
  },
} satisfies Section;

/** nova/conf/scheduler.py */
export const filterScheduler = {
  help: "The scheduler's filters, as far as this host feeds them.",
  options: {
    track_instance_changes: option(boolean(), {
      default: true,
      help: 'Tell the schedulers about changes of instances on this host, which affinity filters need.',
    }),
  },
} satisfies Section;

/** nova/conf/imagecache.py */
export const imageCache = {
  help: 'Images that are kept on this host.',
  options: {
    manager_interval: option(integer({ min: -1 }), {
      default: 2400,
      reloadable: true,
      oldNames: [{ group: 'DEFAULT', name: 'image_cache_manager_interval' }],
      help: 'Seconds between two looks for images that no instance uses. 0: every 60 seconds, -1: never.',
    }),
    remove_unused_base_images: option(boolean(), {
      default: true,
      reloadable: true,
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Remove images that no instance uses.',
    }),
    remove_unused_original_minimum_age_seconds: option(integer(), {
      default: 86400,
      reloadable: true,
      oldNames: [{ group: 'DEFAULT' }],
      help: 'Seconds for which an image must have been unused before it is removed.',
    }),
  },
} satisfies Section;

/** nova/conf/upgrade_levels.py */
export const upgradeLevels = {
  help: 'RPC versions to stay at while other services are being upgraded: a release name or a version.',
  options: {
    compute: option(string(), { help: 'For calls to compute services; `auto` finds it out. Unset: the newest.' }),
    conductor: option(string(), { help: 'For calls to the conductor.' }),
    scheduler: option(string(), { help: 'For calls to the scheduler.' }),
    baseapi: option(string(), { help: 'For calls that every service answers.' }),
  },
} satisfies Section;

/** nova/conf/workarounds.py */
export const workarounds = {
  help: 'Ways around defects elsewhere.',
  options: {
    handle_virt_lifecycle_events: option(boolean(), {
      default: true,
      reloadable: true,
      help: 'Follow events of the container engine; without, only the periodic comparison of power states is left.',
    }),
    disable_compute_service_check_for_ffu: option(boolean(), {
      default: false,
      help: 'Start even if other services are too old, as during a fast-forward upgrade.',
      idle: 'no start is refused for that',
    }),
    reserve_disk_resource_for_image_cache: option(boolean(), {
      default: false,
      help: 'Count the disk space of kept images as reserved.',
      idle: 'reserve the space of kept images by reserved_host_disk_mb',
    }),
    disable_group_policy_check_upcall: option(boolean(), {
      default: false,
      help: 'Do not check the policy of a server group once more on the host.',
    }),
  },
} satisfies Section;

/** vif_plug_ovs/ovs.py, os-vif 3.0 */
export const ovs = {
  help: 'Open vSwitch on this host.',
  options: {
    ovsdb_connection: option(string(), {
      help: 'Address of the Open vSwitch database, e.g. tcp:127.0.0.1:6640. Unset: where ovs-vsctl looks for it.',
    }),
  },
} satisfies Section;
