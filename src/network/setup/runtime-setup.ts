import { readFile, mkdir, rename, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServiceError } from '../../errors/kinds.js';
import { RUNTIME_PROGRAM } from '../host/runtime.js';
import { withoutRuntime, withRuntime, type RuntimeEntry } from './engine-config.js';

/** Where things are; each of them the operator's to say. */
export interface SetupPlaces {
  /** The engine's configuration file. */
  readonly engineConfig: string;
  readonly runtime: RuntimeEntry;
}

export const USUAL_ENGINE_CONFIG = '/etc/docker/daemon.json';
/** Outside of any package's folder: the engine calls it at every start of a container, whatever becomes of this package. */
export const USUAL_RUNTIME_PATH = '/usr/local/lib/nova-compute-docker/nova-runtime';

/** One thing to do, said so that an operator can judge it. */
export interface SetupStep {
  readonly text: string;
  readonly run: () => Promise<void>;
}

/**
 * What is left to do so that the engine knows our runtime; nothing when all is done. The engine has to read its
 * configuration again after a step that changed it (`changesEngine`).
 */
export async function setupSteps(
  places: SetupPlaces,
): Promise<{ steps: readonly SetupStep[]; changesEngine: boolean }> {
  const { engineConfig, runtime } = places;
  const [program, installed, config] = await Promise.all([
    readFile(RUNTIME_PROGRAM, 'utf8'),
    readIfThere(runtime.path),
    readIfThere(engineConfig),
  ]);
  const changed = withRuntime(config, runtime);
  const steps: SetupStep[] = [];
  if (installed !== program) {
    const text = `${installed === undefined ? 'install' : 'replace'} ${runtime.path}`;
    steps.push({ text, run: () => replaceFile(runtime.path, program, 0o755) });
  }
  if (changed !== undefined) {
    const text = `add runtime "${runtime.name}" to ${engineConfig}`;
    steps.push({ text, run: () => replaceFile(engineConfig, changed, 0o644) });
  }
  return { steps, changesEngine: changed !== undefined };
}

/** The same for taking it away again. */
export async function undoSteps(places: SetupPlaces): Promise<{ steps: readonly SetupStep[]; changesEngine: boolean }> {
  const { engineConfig, runtime } = places;
  const [installed, config] = await Promise.all([readIfThere(runtime.path), readIfThere(engineConfig)]);
  const changed = withoutRuntime(config, runtime);
  const steps: SetupStep[] = [];
  if (changed !== undefined) {
    const text = `remove runtime "${runtime.name}" from ${engineConfig}`;
    steps.push({ text, run: () => replaceFile(engineConfig, changed, 0o644) });
  }
  if (installed !== undefined)
    steps.push({ text: `remove ${runtime.path}`, run: () => rm(runtime.path, { force: true }) });
  return { steps, changesEngine: changed !== undefined };
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
