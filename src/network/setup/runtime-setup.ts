import { readFile, mkdir, rename, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServiceError } from '../../errors/kinds.js';
import { RUNTIME_PROGRAM } from '../host/runtime.js';
import { withCriuOptions, withoutCriuOptions } from './criu-options.js';
import { withOptions, withoutOptions, withoutRuntime, withRuntime, type RuntimeEntry } from './engine-config.js';

/** Where things are; each of them the operator's to say. */
export interface SetupPlaces {
  /** The engine's configuration file. */
  readonly engineConfig: string;
  readonly runtime: RuntimeEntry;
  /** The file of options that runc hands to CRIU. */
  readonly criuConfig: string;
}

/** What checkpoints of servers take. */
export interface CheckpointSetup {
  readonly criuOptions: readonly string[];
  /** A first process of containers whose file is no link, where this host has it. */
  readonly init: string;
}

/** What is to be done, in its order. */
export interface Setup {
  readonly steps: readonly SetupStep[];
  /** The engine has to read its configuration again, or has to be started again, which is left to the operator. */
  readonly engine: 'as-it-is' | 'reload' | 'restart';
}

export const USUAL_ENGINE_CONFIG = '/etc/docker/daemon.json';
/** Outside of any package's folder: the engine calls it at every start of a container, whatever becomes of this package. */
export const USUAL_RUNTIME_PATH = '/usr/local/lib/nova-compute-docker/nova-runtime';

/** One thing to do, said so that an operator can judge it. */
export interface SetupStep {
  readonly text: string;
  readonly run: () => Promise<void>;
}

/** What is left to do so that the engine knows our runtime, and what checkpoints take; nothing when all is done. */
export async function setupSteps(places: SetupPlaces, checkpoints?: CheckpointSetup): Promise<Setup> {
  const { engineConfig, runtime } = places;
  const [program, installed, config] = await Promise.all([
    readFile(RUNTIME_PROGRAM, 'utf8'),
    readIfThere(runtime.path),
    readIfThere(engineConfig),
  ]);
  const registered = withRuntime(config, runtime);
  const wanted = checkpoints === undefined ? {} : await engineOptions(checkpoints);
  const { text: changed, added } = withOptions(registered ?? config ?? '', wanted);
  const steps: SetupStep[] = [];
  if (installed !== program) {
    const text = `${installed === undefined ? 'install' : 'replace'} ${runtime.path}`;
    steps.push({ text, run: () => replaceFile(runtime.path, program, 0o755) });
  }
  if (added.length > 0) steps.push(await noteStep(places, added));
  if (registered !== undefined || added.length > 0) {
    const what = named(registered !== undefined, runtime, added);
    steps.push({ text: `add ${what} to ${engineConfig}`, run: () => replaceFile(engineConfig, changed, 0o644) });
  }
  if (checkpoints !== undefined) steps.push(...(await criuSteps(places, checkpoints)));
  return { steps, engine: needOf(registered !== undefined, added.length > 0) };
}

/** An engine takes these over when it starts only. */
async function engineOptions({ init }: CheckpointSetup): Promise<Readonly<Record<string, unknown>>> {
  const hasInit = (await stat(init).catch(() => undefined)) !== undefined;
  return { experimental: true, ...(hasInit && { 'init-path': init }) };
}

function named(hasRuntime: boolean, { name }: RuntimeEntry, options: readonly string[]): string {
  return [...(hasRuntime ? [`runtime "${name}"`] : []), ...options].join(', ');
}

function needOf(isReloaded: boolean, isRestarted: boolean): Setup['engine'] {
  if (isRestarted) return 'restart';
  return isReloaded ? 'reload' : 'as-it-is';
}

/** Names of options that are ours and not the operator's; written before they are set. */
const notesIn = ({ runtime }: SetupPlaces): string => join(dirname(runtime.path), 'engine-options.json');

async function noteStep(places: SetupPlaces, added: readonly string[]): Promise<SetupStep> {
  const names = [...new Set([...(await noted(places)), ...added])];
  const path = notesIn(places);
  return { text: `note in ${path} what is added`, run: () => replaceFile(path, `${JSON.stringify(names)}\n`, 0o644) };
}

async function noted(places: SetupPlaces): Promise<readonly string[]> {
  const names: unknown = JSON.parse((await readIfThere(notesIn(places))) ?? '[]');
  return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
}

async function criuSteps({ criuConfig }: SetupPlaces, { criuOptions }: CheckpointSetup): Promise<readonly SetupStep[]> {
  const before = await readIfThere(criuConfig);
  const after = withCriuOptions(before, criuOptions);
  if (after === (before ?? '')) return [];
  return [{ text: `add options to ${criuConfig}`, run: () => replaceFile(criuConfig, after, 0o644) }];
}

/** The same for taking it away again; what the operator has set himself stays. */
export async function undoSteps(places: SetupPlaces): Promise<Setup> {
  const { engineConfig, runtime } = places;
  const [installed, config, names] = await Promise.all([
    readIfThere(runtime.path),
    readIfThere(engineConfig),
    noted(places),
  ]);
  const unregistered = withoutRuntime(config, runtime);
  const before = unregistered ?? config ?? '';
  const changed = withoutOptions(before, names);
  const steps: SetupStep[] = [];
  if (unregistered !== undefined || changed !== before) {
    const what = named(unregistered !== undefined, runtime, names);
    steps.push({ text: `remove ${what} from ${engineConfig}`, run: () => replaceFile(engineConfig, changed, 0o644) });
  }
  if (names.length > 0) steps.push(removal(notesIn(places)));
  steps.push(...(await undoCriuSteps(places)));
  if (installed !== undefined) steps.push(removal(runtime.path));
  return { steps, engine: needOf(unregistered !== undefined, changed !== before) };
}

async function undoCriuSteps({ criuConfig }: SetupPlaces): Promise<readonly SetupStep[]> {
  const before = await readIfThere(criuConfig);
  const after = withoutCriuOptions(before);
  if (before === undefined || after === before) return [];
  if (after.trim() === '') return [removal(criuConfig)];
  return [{ text: `remove our options from ${criuConfig}`, run: () => replaceFile(criuConfig, after, 0o644) }];
}

function removal(path: string): SetupStep {
  return { text: `remove ${path}`, run: () => rm(path, { force: true }) };
}

/**
 * Has the engine read its configuration again, as `systemctl reload docker` does: SIGHUP to the process that its pid
 * file names. False when no engine runs (it reads the file when it starts).
 */
export async function reloadEngine(engineConfig: string): Promise<boolean> {
  const config = JSON.parse((await readIfThere(engineConfig)) ?? '{}') as { pidfile?: unknown };
  const pidFile = typeof config.pidfile === 'string' ? config.pidfile : '/var/run/docker.pid';
  const pid = Number((await readIfThere(pidFile))?.trim());
  if (!Number.isInteger(pid) || pid <= 1) return false;
  const name = (await readIfThere(`/proc/${pid}/comm`))?.trim();
  if (name === undefined) return false;
  if (name !== 'dockerd')
    throw new ServiceError('Conflict', `Process ${pid} of ${pidFile} is ${name} and not dockerd.`);
  process.kill(pid, 'SIGHUP');
  return true;
}

/** In one step, so that the engine never sees half a file; mode as it was. */
async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const before = await stat(path).catch(() => undefined);
  const temporary = `${path}.new`;
  await writeFile(temporary, text);
  await chmod(temporary, before === undefined ? mode : before.mode & 0o7777);
  await rename(temporary, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
