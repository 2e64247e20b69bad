import { join } from 'node:path';
import { endpoint, type Plane } from '../plane.js';
import { iniText, mergeIni, type Ini } from '../ini.js';
import type { ConfigFile } from './service.js';

/** oslo.db's URL of one of the plane's databases. */
export function databaseUrl(plane: Plane, database: string): string {
  return `mysql+pymysql://openstack:${plane.secrets.database}@127.0.0.1:${plane.ports.mariadb}/${database}?charset=utf8`;
}

/** keystoneauth's options of one service's own account. */
export function accountOf(plane: Plane, username: string): Record<string, string> {
  return {
    auth_type: 'password',
    auth_url: endpoint(plane, 'keystone', '/v3'),
    project_domain_name: 'Default',
    user_domain_name: 'Default',
    project_name: 'service',
    region_name: 'RegionOne',
    username,
    password: plane.secrets.service,
  };
}

/** What an API needs to check the tokens of its callers. */
export function tokenCheck(plane: Plane, username: string): Ini {
  return {
    keystone_authtoken: {
      ...accountOf(plane, username),
      www_authenticate_uri: endpoint(plane, 'keystone', '/v3'),
      memcached_servers: `127.0.0.1:${plane.ports.memcached}`,
      service_token_roles: 'service',
      service_token_roles_required: 'true',
    },
  };
}

/** Log lines go to standard error, and so to the service's one log file. */
export const LOG_TO_STDERR: Ini = { DEFAULT: { use_stderr: true, debug: false } };

/**
 * A configuration file of a plane, below its etc folder.
 * @param name under which the plane's overrides for it are found, too
 */
export function iniFile(plane: Plane, name: string, path: string, ini: Ini): ConfigFile {
  return { path: join(plane.etc, path), text: `${iniText(mergeIni(ini, plane.overrides[name] ?? {}))}\n` };
}
