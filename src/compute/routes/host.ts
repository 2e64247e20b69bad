import { hostUptime, setHostEnabled } from '../verbs/host.js';
import { refuse } from '../verbs/unsupported.js';
import { onHost, type RouteTable } from './route.js';

/** The host as a whole. */
export const hostRoutes: RouteTable = {
  set_host_enabled: onHost(setHostEnabled),
  get_host_uptime: onHost(hostUptime),
  host_power_action: onHost(refuse('This service does not switch its host on or off.')),
  host_maintenance_mode: onHost(refuse('Maintenance mode is not supported; disable the compute service instead.')),
};
