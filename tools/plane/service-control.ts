import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cleanEnvironment } from './machine/command.js';
import { isAlive, killDaemon, readRecord, startDaemon, stopDaemon, type ProcessRecord } from './machine/daemon.js';
import { isFree, listenerOf } from './machine/ports.js';
import { enterSpace } from './machine/space.js';
import { until } from './machine/wait.js';
import type { Plane } from './plane.js';
import type { Service } from './services/service.js';
import { Trouble } from './trouble.js';

/** Where the service's process record and log are. */
export function recordFile(plane: Plane, service: Pick<Service, 'name'>): string {
  return join(plane.records, `${service.name}${plane.at}.pid`);
}

export function logFile(plane: Plane, service: Pick<Service, 'name'>): string {
  return join(plane.log, `${service.name}${plane.at}.log`);
}

/** Whether the service's process lives, and which it is. */
export function runningRecord(plane: Plane, service: Pick<Service, 'name'>): ProcessRecord | null {
  const record = readRecord(recordFile(plane, service));
  return isAlive(record) ? record : null;
}

/**
 * Starts the service unless it runs, and waits until it is ready.
 * @throws Trouble with its log when it ends or does not get ready in time
 */
export async function startService(
  plane: Plane,
  service: Service,
  signal: AbortSignal,
): Promise<'started' | 'running'> {
  const before = runningRecord(plane, service);
  const record = before ?? (await launch(plane, service, signal));
  const log = logFile(plane, service);
  await until(
    async () => {
      if (!isAlive(record)) throw new Trouble(`${service.name} ended while it was starting`, { logFile: log });
      return service.ready(plane, signal);
    },
    { what: `${service.name} to be ready`, signal, logFile: log },
  );
  await service.settle?.(plane, signal);
  return before === null ? 'started' : 'running';
}

async function launch(plane: Plane, service: Service, signal: AbortSignal): Promise<ProcessRecord> {
  await refuseTakenPorts(plane, service);
  await writeFiles(plane, service);
  await service.prepare?.(plane, signal);
  const { argv, env = {} } = service.command(plane);
  const space = service.space === undefined ? plane.space : service.space(plane);
  const spec = {
    name: service.name,
    argv: [...(space === null ? [] : enterSpace(space)), ...argv],
    env: cleanEnvironment(env),
    recordFile: recordFile(plane, service),
    logFile: logFile(plane, service),
  };
  return startDaemon(spec, signal);
}

/** Writes the service's configuration anew. */
export async function writeFiles(plane: Plane, service: Service): Promise<void> {
  for (const { path, text } of service.files(plane)) {
    await mkdir(dirname(path), { recursive: true });
    // These files hold passwords. Services that start beside each other may share one, so each has its own draft.
    const draft = `${path}.${service.name}`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  }
}

/** In the machine's own network a port may belong to somebody else. */
async function refuseTakenPorts(plane: Plane, service: Service): Promise<void> {
  if (plane.space !== null) return;
  for (const name of service.ports) {
    const port = plane.ports[name];
    if (await isFree(port)) continue;
    throw new Trouble(`port ${port} of ${name} is taken by ${listenerOf(port)}`, {
      hint: `stop that, or give plane "${plane.name}" other ports by making it anew: tools/openstack down --name ${plane.name}`,
    });
  }
}

/** Asks the service to end and waits until it has. */
export async function stopService(plane: Plane, service: Service, signal: AbortSignal): Promise<boolean> {
  const record = readRecord(recordFile(plane, service));
  if (record === null) return false;
  const was = isAlive(record);
  await stopDaemon(record, service.graceMs ?? 8000, signal);
  return was;
}

/** Ends the service as a crash would (SIGKILL), and waits until it is gone. */
export async function killService(plane: Plane, service: Service, signal: AbortSignal): Promise<boolean> {
  const record = readRecord(recordFile(plane, service));
  if (record === null) return false;
  const was = isAlive(record);
  killDaemon(record);
  await until(() => !isAlive(record), { what: `${service.name} to end`, signal, everyMs: 10, timeoutMs: 20_000 });
  return was;
}

/** True when the service was ever started in this plane. */
export function wasStarted(plane: Plane, service: Pick<Service, 'name'>): boolean {
  return existsSync(recordFile(plane, service));
}
