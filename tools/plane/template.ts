import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { cleanEnvironment, run } from './machine/command.js';
import { killSession, readRecord, startDaemon, stopDaemon } from './machine/daemon.js';
import { withLock } from './machine/lock.js';
import { until } from './machine/wait.js';
import { runGraph, type Step } from './graph.js';
import { step } from './progress.js';
import { planesFolder } from './plane.js';
import type { Release } from './releases.js';
import { serverCommand, serverOptions } from './mariadb-server.js';
import { migrations, type Migration } from './migrations.js';

/** Part of the template's name: raise it when the way it is made changes. */
const RECIPE = 1;

/** The packages whose versions decide what is in the databases. */
const SCHEMA_PACKAGES = [
  'mariadb-server-core',
  'keystone',
  'placement-common',
  'glance-common',
  'neutron-common',
  'nova-common',
];

/**
 * The folder of the migrated, otherwise empty databases of this release's packages as they are installed now.
 * Its name changes with their versions, so an upgrade makes a new one.
 */
export async function templateFolder(release: Release, checkout: string): Promise<string> {
  const query = ['dpkg-query', '-W', '-f', '${Package}=${Version}\n', ...SCHEMA_PACKAGES];
  const { stdout } = await run(query, { accept: [0, 1] });
  const print = createHash('sha256').update(`${RECIPE}\n${stdout}`).digest('hex').slice(0, 10);
  return join(planesFolder(checkout), `.template-${release.name}-${print}`);
}

/**
 * Makes the template when it is not there: a database server on a unix socket only, all migrations at once, and one rename
 * at the end. Callers beside each other wait for the one that makes it.
 * @returns a note for the person who watches
 */
export async function ensureTemplate(release: Release, checkout: string, signal: AbortSignal): Promise<string> {
  const folder = await templateFolder(release, checkout);
  if (existsSync(folder)) return 'databases kept from before';
  const planes = planesFolder(checkout);
  await mkdir(planes, { recursive: true });
  return withLock(join(planes, '.template.lock'), signal, async () => {
    if (existsSync(folder)) return 'databases made meanwhile';
    await removeOthers(planes, release);
    const work = join(planes, '.making-template');
    const took = await makeTemplate(work, signal);
    await rename(work, folder);
    return `all databases migrated (${took})`;
  });
}

/** Templates of older package versions, and one whose making was interrupted (we hold the lock, so nobody makes it now). */
async function removeOthers(planes: string, release: Release): Promise<void> {
  const interrupted = readRecord(join(planes, '.making-template', 'mariadb.pid'));
  if (interrupted !== null) killSession(interrupted);
  for (const name of await readdir(planes)) {
    if (name === '.making-template' || name.startsWith(`.template-${release.name}-`)) {
      await rm(join(planes, name), { recursive: true, force: true });
    }
  }
}

async function makeTemplate(work: string, signal: AbortSignal): Promise<string> {
  const log = join(dirname(work), 'template.log');
  await rm(log, { force: true });
  const data = join(work, 'mariadb');
  const room = await socketRoom(work);
  const socket = join(room, 'template.sock');
  await mkdir(work, { recursive: true });
  await writeFile(join(work, 'mariadb.cnf'), serverOptions(data, socket, ['skip-networking']));
  const install = ['mariadb-install-db', `--defaults-file=${join(work, 'mariadb.cnf')}`, '--skip-test-db'];
  await run([...install, '--auth-root-authentication-method=normal', '--user=root'], { logFile: log, signal });
  const spec = {
    name: 'mariadb for the template',
    argv: serverCommand(join(work, 'mariadb.cnf')),
    env: cleanEnvironment(),
    recordFile: join(work, 'mariadb.pid'),
    logFile: log,
  };
  const record = await startDaemon(spec, signal);
  try {
    await until(async () => (await ping(socket)) === 0, {
      what: 'the template database',
      signal,
      everyMs: 50,
      logFile: log,
    });
    return await migrateAll({ work, socket, log }, signal);
  } finally {
    await stopDaemon(record, 30_000, AbortSignal.timeout(60_000));
    await rm(join(work, 'mariadb.pid'), { force: true });
    if (room !== work) await rm(room, { recursive: true, force: true });
  }
}

/** A unix socket's path must be short; the checkout's may be long. */
async function socketRoom(work: string): Promise<string> {
  if (join(work, 'template.sock').length <= 107) {
    await mkdir(work, { recursive: true });
    return work;
  }
  const room = join('/run', `ncd-template-${createHash('sha256').update(work).digest('hex').slice(0, 6)}`);
  await mkdir(room, { recursive: true });
  return room;
}

async function ping(socket: string): Promise<number> {
  return (await run(['mariadb-admin', '--no-defaults', '-u', 'root', `--socket=${socket}`, 'ping'], { accept: [0, 1] }))
    .code;
}

interface Room {
  readonly work: string;
  readonly socket: string;
  readonly log: string;
}

async function migrateAll({ work, socket, log }: Room, signal: AbortSignal): Promise<string> {
  const url = (database: string): string =>
    `mysql+pymysql://root@localhost/${database}?unix_socket=${socket}&charset=utf8`;
  const all = migrations(join(work, 'etc'), url);
  const databases = [...new Set(all.flatMap(({ database }) => database))];
  const create = databases.map((name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb3;`).join('\n');
  await run(['mariadb', '--no-defaults', '-u', 'root', `--socket=${socket}`], { input: create, logFile: log, signal });
  const times: string[] = [];
  const steps = all.map((migration): Step => {
    return step(migration.name, migration.needs, async (abort) => {
      const since = performance.now();
      await migrate(migration, log, abort);
      times.push(`${migration.name} ${Math.round((performance.now() - since) / 1000)}s`);
      return undefined;
    });
  });
  const quiet = { begin: () => undefined, end: () => undefined, fail: () => undefined };
  await runGraph(steps, quiet, signal);
  return `${times.join(', ')}; ${availableParallelism()} cores`;
}

async function migrate(migration: Migration, log: string, signal: AbortSignal): Promise<void> {
  for (const { path, text } of migration.files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  for (const argv of migration.commands) {
    await run(argv, { env: cleanEnvironment(migration.env), logFile: log, signal });
  }
}
