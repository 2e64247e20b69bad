import type { SectionValues } from './option.js';
import { consoleauth, serialConsole } from './sections/consoles.js';
import { defaultSection } from './sections/default/all.js';
import { docker } from './sections/docker.js';
import { messagingRabbit } from './sections/messaging-rabbit.js';
import { api, compute, filterScheduler, imageCache, ovs, upgradeLevels, workarounds } from './sections/nova.js';
import { messagingNotifications, notifications } from './sections/notifications.js';
import { cinder, glance, neutron, placement, serviceUser } from './sections/services.js';

/** All that this service reads of nova.conf, by the names of the sections in the file. */
export const tables = {
  DEFAULT: defaultSection,
  docker,
  oslo_messaging_rabbit: messagingRabbit,
  oslo_messaging_notifications: messagingNotifications,
  notifications,
  compute,
  api,
  filter_scheduler: filterScheduler,
  image_cache: imageCache,
  upgrade_levels: upgradeLevels,
  workarounds,
  os_vif_ovs: ovs,
  serial_console: serialConsole,
  consoleauth,
  placement,
  neutron,
  glance,
  cinder,
  service_user: serviceUser,
} as const;

export type SectionName = keyof typeof tables;

/**
 * The whole configuration: `config.DEFAULT.rpc_response_timeout`, `config.placement.auth_url`. Frozen. Names are
 * Nova's own, in its spelling, because operators and Nova's documentation know them by these; units are theirs too
 * (mostly whole seconds). An option without a default is undefined while unset.
 */
export type Config = { readonly [Name in SectionName]: SectionValues<(typeof tables)[Name]> };
