import { join } from 'node:path';
import { mergeIni } from '../ini.js';
import { databaseUrl, iniFile, LOG_TO_STDERR, tokenCheck } from './options.js';
import { answers } from './reach.js';
import type { Service } from './service.js';
import { uwsgi } from './uwsgi.js';

/**
 * Two requests for the last room on a host: the later one's write is tried again, and under MariaDB's own isolation Placement 8
 * then checks it against what was in use before the first try, in the same transaction, and gives both of them the room.
 */
const ISOLATION = 'init_command=SET%20SESSION%20TRANSACTION%20ISOLATION%20LEVEL%20READ%20COMMITTED';

export const placement: Service = {
  name: 'placement',
  packages: ['control'],
  needs: ['mariadb'],
  alongside: ['keystone', 'accounts'],
  ports: ['placement'],
  files: (plane) => [
    iniFile(
      plane,
      'placement',
      'placement/placement.conf',
      mergeIni(LOG_TO_STDERR, tokenCheck(plane, 'placement'), {
        api: { auth_strategy: 'keystone' },
        placement_database: { connection: `${databaseUrl(plane, 'placement')}&${ISOLATION}` },
      }),
    ),
  ],
  command: (plane) => ({
    argv: uwsgi(plane.ports.placement, '/usr/bin/placement-api'),
    env: { OS_PLACEMENT_CONFIG_DIR: join(plane.etc, 'placement') },
  }),
  ready: (plane) => answers({ port: plane.ports.placement, path: '/' }),
};
