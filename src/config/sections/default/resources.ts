import { option } from '../../option.js';
import { float, integer } from '../../values/scalars.js';

const fromZero = integer({ min: 0 });
const ratio = float({ min: 0 });

/** What this host offers to the scheduler (nova/conf/compute.py, resource_tracker_opts and allocation ratios). */
export const resources = {
  reserved_host_cpus: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'Number of CPUs that are kept for the host and not given to instances.',
  }),
  reserved_host_memory_mb: option(fromZero, {
    default: 512,
    reloadable: true,
    help: 'MiB of memory that are kept for the host.',
  }),
  reserved_host_disk_mb: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'MiB of disk that are kept for the host.',
  }),
  cpu_allocation_ratio: option(ratio, {
    reloadable: true,
    help: 'Virtual CPUs per CPU. Unset: what Placement has, at first initial_cpu_allocation_ratio.',
  }),
  ram_allocation_ratio: option(ratio, {
    reloadable: true,
    help: 'Virtual memory per memory. Unset: what Placement has, at first initial_ram_allocation_ratio.',
  }),
  disk_allocation_ratio: option(ratio, {
    reloadable: true,
    help: 'Virtual disk per disk. Unset: what Placement has, at first initial_disk_allocation_ratio.',
  }),
  initial_cpu_allocation_ratio: option(ratio, {
    help: "Virtual CPUs per CPU when this host registers. Unset: the default of the control plane's release (16.0, 4.0).",
  }),
  initial_ram_allocation_ratio: option(ratio, {
    help: "Virtual memory per memory when this host registers. Unset: the default of the control plane's release (1.5, 1.0).",
  }),
  initial_disk_allocation_ratio: option(ratio, {
    default: 1.0,
    help: 'Virtual disk per disk when this host registers.',
  }),
  max_concurrent_builds: option(fromZero, {
    default: 10,
    reloadable: true,
    help: 'Instances that are built at the same time. 0: no limit.',
  }),
  max_concurrent_snapshots: option(fromZero, {
    default: 5,
    reloadable: true,
    help: 'Snapshots that are made at the same time. 0: no limit.',
  }),
  max_concurrent_live_migrations: option(fromZero, {
    default: 1,
    reloadable: true,
    help: 'Live migrations from this host at the same time. 0: no limit.',
  }),
};
