import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanEnvironment, run } from '../machine/command.js';
import { endpoint, type Plane } from '../plane.js';
import { writeFiles } from '../service-control.js';
import { once } from './once.js';
import { databaseUrl, iniFile, LOG_TO_STDERR } from './options.js';
import { answers } from './reach.js';
import { uwsgi } from './uwsgi.js';
import type { Service } from './service.js';
import { mergeIni, type Ini } from '../ini.js';

const configFile = (plane: Plane): string => join(plane.etc, 'keystone', 'keystone.conf');
const keys = (plane: Plane, kind: 'fernet' | 'credential'): string => join(plane.data, 'keystone', `${kind}-keys`);

export const keystone: Service = {
  name: 'keystone',
  packages: ['control'],
  needs: ['mariadb', 'memcached', 'keystone-keys'],
  alongside: ['bootstrap'],
  ports: ['keystone'],
  files: (plane) => [iniFile(plane, 'keystone', 'keystone/keystone.conf', options(plane))],
  command: (plane) => ({
    argv: uwsgi(plane.ports.keystone, '/usr/bin/keystone-wsgi-public'),
    env: { OS_KEYSTONE_CONFIG_FILES: configFile(plane) },
  }),
  ready: (plane) => answers({ port: plane.ports.keystone, path: '/v3' }),
};

function options(plane: Plane): Ini {
  return mergeIni(LOG_TO_STDERR, {
    DEFAULT: { public_endpoint: endpoint(plane, 'keystone') },
    database: { connection: databaseUrl(plane, 'keystone') },
    cache: {
      enabled: true,
      backend: 'dogpile.cache.memcached',
      memcache_servers: `127.0.0.1:${plane.ports.memcached}`,
      // Planes in one network namespace, and one made anew, must not read each other's regions and projects.
      config_prefix: `cache.${plane.tag}`,
    },
    token: { provider: 'fernet', expiration: 86_400 },
    fernet_tokens: { key_repository: keys(plane, 'fernet') },
    fernet_receipts: { key_repository: keys(plane, 'fernet') },
    credential: { key_repository: keys(plane, 'credential') },
    // The default costs a fifth of a second of CPU for every password that is checked.
    identity: { password_hash_rounds: 4 },
  });
}

/** Keystone's configuration, which `keystone-manage` reads too, and its keys. */
export async function prepareKeystone(plane: Plane): Promise<void> {
  await writeFiles(plane, keystone);
  await once(plane, 'keystone-keys', () => makeKeys(plane));
}

/** What `keystone-manage fernet_setup` and `credential_setup` make: two random keys each, the second one in use. */
async function makeKeys(plane: Plane): Promise<void> {
  for (const kind of ['fernet', 'credential'] as const) {
    await mkdir(keys(plane, kind), { recursive: true, mode: 0o700 });
    for (const number of ['0', '1']) {
      // Fernet wants base64url with its padding, which Node leaves out.
      await writeFile(join(keys(plane, kind), number), `${randomBytes(32).toString('base64url')}=`, { mode: 0o600 });
    }
  }
}

/** The first account, role and region. It works on the database, so it can run beside the start of the API. */
export async function bootstrapKeystone(plane: Plane, signal: AbortSignal): Promise<void> {
  await once(plane, 'keystone-bootstrap', async () => {
    const url = endpoint(plane, 'keystone', '/v3');
    const argv = [
      'keystone-manage',
      '--config-file',
      configFile(plane),
      'bootstrap',
      '--bootstrap-region-id',
      'RegionOne',
    ];
    for (const kind of ['admin', 'internal', 'public']) argv.push(`--bootstrap-${kind}-url`, url);
    const env = cleanEnvironment({ OS_BOOTSTRAP_PASSWORD: plane.secrets.admin });
    await run(argv, { env, logFile: join(plane.log, 'keystone-bootstrap.log'), signal });
  });
}
