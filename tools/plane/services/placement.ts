import { join } from 'node:path';
import { mergeIni } from '../ini.js';
import { databaseUrl, iniFile, LOG_TO_STDERR, tokenCheck } from './options.js';
import { answers } from './reach.js';
import type { Service } from './service.js';
import { uwsgi } from './uwsgi.js';

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
        placement_database: { connection: databaseUrl(plane, 'placement') },
      }),
    ),
  ],
  command: (plane) => ({
    argv: uwsgi(plane.ports.placement, '/usr/bin/placement-api'),
    env: { OS_PLACEMENT_CONFIG_DIR: join(plane.etc, 'placement') },
  }),
  ready: (plane) => answers({ port: plane.ports.placement, path: '/' }),
};
