import { option } from '../../option.js';
import { boolean, integer } from '../../values/scalars.js';

const fromZero = integer({ min: 0 });

/** How long an instance may take (nova/conf/compute.py, timeout_opts and others, release 26); all in seconds. */
export const timeouts = {
  shutdown_timeout: option(fromZero, {
    default: 60,
    reloadable: true,
    help:
      'Seconds between the request to a container to stop and its being killed. The image property ' +
      'os_shutdown_timeout goes before it.',
  }),
  reboot_timeout: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'Seconds after which an instance that hangs in a reboot is rebooted hard. 0: never.',
  }),
  instance_build_timeout: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'Seconds after which an instance that is still being built is set to ERROR. 0: never.',
  }),
  rescue_timeout: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'Seconds after which a rescued instance is taken out of rescue. 0: never.',
  }),
  resize_confirm_window: option(fromZero, {
    default: 0,
    reloadable: true,
    help: 'Seconds after which a resize is confirmed without being asked. 0: never.',
  }),
  vif_plugging_timeout: option(fromZero, {
    default: 300,
    reloadable: true,
    help: 'Seconds to wait for Neutron to say that a port is wired before the container starts. 0: do not wait.',
  }),
  vif_plugging_is_fatal: option(boolean(), {
    default: true,
    reloadable: true,
    help: 'Fail the boot when Neutron did not say in time that a port is wired.',
  }),
  reimage_timeout_per_gb: option(integer({ min: 1 }), {
    default: 20,
    reloadable: true,
    help: 'Seconds per GiB to wait for a volume to be filled from an image during a rebuild.',
    idle: 'this service attaches no volumes',
  }),
};
