import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../machine/command.js';
import type { Plane } from '../plane.js';
import { serverCommand, serverOptions } from '../mariadb-server.js';
import { templateFolder } from '../template.js';
import type { Service } from './service.js';

const socketOf = (plane: Plane): string => join(plane.run, 'mysqld.sock');
const dataOf = (plane: Plane): string => join(plane.data, 'mariadb');

/**
 * The one database server. Its first data folder is a copy of the release's template, in which all migrations are done.
 * It need not survive a power cut, so it never waits for the disk.
 */
export const mariadb: Service = {
  name: 'mariadb',
  packages: ['database'],
  needs: ['template'],
  ports: ['mariadb'],
  files: (plane) => [
    {
      path: join(plane.etc, 'mariadb.cnf'),
      text: serverOptions(dataOf(plane), socketOf(plane), networkOptions(plane)),
    },
    { path: join(plane.etc, 'mariadb-init.sql'), text: initialStatements(plane) },
  ],
  prepare: copyTemplate,
  command: (plane) => ({ argv: serverCommand(join(plane.etc, 'mariadb.cnf')) }),
  ready: async (plane) => {
    const ping = ['mariadb-admin', '--no-defaults', `--socket=${socketOf(plane)}`, 'ping'];
    return (await run(ping, { accept: [0, 1] })).code === 0;
  },
  graceMs: 15_000,
};

/** A copy becomes the data folder in one rename, so half a copy never is. */
async function copyTemplate(plane: Plane): Promise<void> {
  if (existsSync(dataOf(plane))) return;
  const copy = `${dataOf(plane)}.new`;
  await rm(copy, { recursive: true, force: true });
  await cp(join(await templateFolder(plane.release, plane.checkout), 'mariadb'), copy, { recursive: true });
  await rename(copy, dataOf(plane));
}

function networkOptions(plane: Plane): string[] {
  return [
    'bind-address = 127.0.0.1',
    `port = ${plane.ports.mariadb}`,
    `init-file = ${join(plane.etc, 'mariadb-init.sql')}`,
  ];
}

/** Read by the server at every start; each statement on a line of its own. */
function initialStatements(plane: Plane): string {
  return [
    `CREATE OR REPLACE USER 'openstack'@'127.0.0.1' IDENTIFIED BY '${plane.secrets.database}';`,
    "GRANT ALL PRIVILEGES ON *.* TO 'openstack'@'127.0.0.1';",
    '',
  ].join('\n');
}
