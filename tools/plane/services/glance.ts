import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeIni, type Ini } from '../ini.js';
import type { Plane } from '../plane.js';
import { databaseUrl, iniFile, LOG_TO_STDERR, tokenCheck } from './options.js';
import { answers } from './reach.js';
import type { Service } from './service.js';

const images = (plane: Plane): string => join(plane.data, 'glance', 'images');

export const glance: Service = {
  name: 'glance',
  packages: ['control'],
  needs: ['mariadb'],
  alongside: ['keystone', 'accounts'],
  ports: ['glance'],
  files: (plane) => [iniFile(plane, 'glance', 'glance/glance-api.conf', options(plane))],
  prepare: async (plane) => {
    await mkdir(images(plane), { recursive: true });
  },
  command: (plane) => ({ argv: ['glance-api', '--config-file', join(plane.etc, 'glance', 'glance-api.conf')] }),
  ready: (plane) => answers({ port: plane.ports.glance, path: '/versions' }),
};

function options(plane: Plane): Ini {
  return mergeIni(LOG_TO_STDERR, tokenCheck(plane, 'glance'), {
    DEFAULT: {
      bind_host: '127.0.0.1',
      bind_port: plane.ports.glance,
      workers: 1,
      enabled_backends: 'store:file',
      // Its own scratch folders would be below /var/lib/glance.
      node_staging_uri: `file://${join(plane.data, 'glance', 'staging')}`,
    },
    database: { connection: databaseUrl(plane, 'glance') },
    glance_store: { default_backend: 'store' },
    store: { filesystem_store_datadir: images(plane) },
    os_glance_staging_store: { filesystem_store_datadir: join(plane.data, 'glance', 'staging') },
    os_glance_tasks_store: { filesystem_store_datadir: join(plane.data, 'glance', 'tasks') },
    image_format: { container_formats: 'ami,ari,aki,bare,ovf,ova,docker,compressed' },
    paste_deploy: { flavor: 'keystone', config_file: '/etc/glance/glance-api-paste.ini' },
  });
}
