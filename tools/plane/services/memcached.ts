import { accepts } from './reach.js';
import type { Service } from './service.js';

/** Where Keystone and the checks of tokens cache. */
export const memcached: Service = {
  name: 'memcached',
  packages: ['control'],
  needs: [],
  ports: ['memcached'],
  files: () => [],
  command: (plane) => ({
    argv: [
      'memcached',
      '-u',
      'root',
      '-l',
      '127.0.0.1',
      '-p',
      String(plane.ports.memcached),
      '-U',
      '0',
      '-m',
      '64',
      '-t',
      '2',
    ],
  }),
  ready: (plane) => accepts(plane.ports.memcached),
};
