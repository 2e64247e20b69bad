import { join } from 'node:path';
import { iniText, type Ini } from './ini.js';
import type { ConfigFile } from './services/service.js';

/** What fills one or more databases with their tables, before any plane is there. */
export interface Migration {
  readonly name: string;
  readonly needs: readonly string[];
  readonly database: readonly string[];
  readonly files: readonly ConfigFile[];
  readonly env: Readonly<Record<string, string>>;
  readonly commands: readonly (readonly string[])[];
}

/**
 * Nova writes the addresses of a cell into its database. With these templates it takes them from its configuration file
 * instead, so one template of the databases serves planes with any port and password.
 */
const CELL_DATABASE = '{scheme}://{username}:{password}@{hostname}:{port}';
const CELL_TRANSPORT = '{scheme}://{username}:{password}@{hostname}:{port}/';

/** All migrations. @param url gives oslo.db's URL of a database */
export function migrations(etc: string, url: (database: string) => string): Migration[] {
  const nova = novaOptions(url);
  return [
    simple(etc, 'keystone', url, (file) => ['keystone-manage', '--config-file', file, 'db_sync']),
    { ...placement(etc, url) },
    simple(etc, 'glance', url, (file) => ['glance-manage', '--config-file', file, 'db_sync']),
    simple(etc, 'neutron', url, (file) => ['neutron-db-manage', '--config-file', file, 'upgrade', 'heads']),
    novaPart(etc, { name: 'nova-api', database: 'nova_api', ini: nova, needs: [] }, [
      ['api_db', 'sync'],
      ['cell_v2', 'map_cell0', '--database_connection', `${CELL_DATABASE}/nova_cell0?charset=utf8`],
      [
        'cell_v2',
        'create_cell',
        '--name',
        'cell1',
        '--database_connection',
        `${CELL_DATABASE}/nova?charset=utf8`,
      ].concat(['--transport-url', CELL_TRANSPORT]),
    ]),
    novaPart(etc, { name: 'nova', database: 'nova', ini: nova, needs: [] }, [['db', 'sync', '--local_cell']]),
    novaPart(etc, { name: 'nova-cell0', database: 'nova_cell0', ini: cell0Options(nova, url), needs: [] }, [
      ['db', 'sync', '--local_cell'],
    ]),
  ];
}

type Url = (database: string) => string;

function simple(etc: string, name: string, url: Url, command: (file: string) => string[]): Migration {
  const path = join(etc, `${name}.conf`);
  const ini: Ini = { DEFAULT: { use_stderr: true }, database: { connection: url(name) } };
  return {
    name,
    needs: [],
    database: [name],
    files: [{ path, text: iniText(ini) }],
    env: {},
    commands: [command(path)],
  };
}

function placement(etc: string, url: Url): Migration {
  const folder = join(etc, 'placement');
  const path = join(folder, 'placement.conf');
  const text = iniText({ DEFAULT: { use_stderr: true }, placement_database: { connection: url('placement') } });
  return {
    name: 'placement',
    needs: [],
    database: ['placement'],
    files: [{ path, text }],
    env: { OS_PLACEMENT_CONFIG_DIR: folder },
    commands: [['placement-manage', '--config-file', path, 'db', 'sync']],
  };
}

function novaOptions(url: Url): Ini {
  return {
    DEFAULT: { use_stderr: true, transport_url: 'rabbit://nobody:nothing@127.0.0.1:1/' },
    database: { connection: url('nova') },
    api_database: { connection: url('nova_api') },
  };
}

function cell0Options(nova: Ini, url: Url): Ini {
  return { ...nova, database: { connection: url('nova_cell0') } };
}

interface NovaPart {
  readonly name: string;
  readonly database: string;
  readonly ini: Ini;
  readonly needs: readonly string[];
}

function novaPart(etc: string, part: NovaPart, commands: readonly (readonly string[])[]): Migration {
  const path = join(etc, `${part.name}.conf`);
  return {
    name: part.name,
    needs: part.needs,
    database: [part.database],
    files: [{ path, text: iniText(part.ini) }],
    env: {},
    commands: commands.map((words) => ['nova-manage', '--config-file', path, ...words]),
  };
}
