import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { answerDone, answerJson } from './answer.js';
import type { Engine } from './engine.js';
import type {
  ContainerInspect,
  ContainerListItem,
  ContainerStats,
  CreateOptions,
  ExecOptions,
  HostConfig,
} from './wire.js';

/** What a call has over the time that it was told to wait: the kill, the logger's flush, storage. */
const STOP_MARGIN_MS = 60_000;

const at = (id: string): string => `/containers/${encodeURIComponent(id)}`;

/** Makes a container; its id and the engine's warnings. Throws Conflict when the name is taken, NotFound without image. */
export function createContainer(
  engine: Engine,
  name: string,
  options: CreateOptions,
  signal: AbortSignal,
): Promise<{ Id: string; Warnings: string[] | null }> {
  const query = { name };
  return engine.call('container.create', { timeoutMs: null, signal }, async (dial) =>
    answerJson(await dial({ method: 'POST', path: '/containers/create', query, body: options })),
  );
}

/** Starts a container; a running one is fine. Without a time limit: a runtime may work long before the first line runs. */
export function startContainer(engine: Engine, id: string): Promise<void> {
  return engine.call('container.start', { timeoutMs: null }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/start`, fine: [304] })),
  );
}

/** Asks politely, then kills. A stopped container is fine. */
export function stopContainer(engine: Engine, id: string, graceMs: number): Promise<void> {
  const query = { t: Math.ceil(graceMs / 1000) };
  return engine.call('container.stop', { timeoutMs: graceMs + STOP_MARGIN_MS }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/stop`, query, fine: [304] })),
  );
}

/** Gives it another name, running or not. Throws NotFound, and Conflict when the name is taken. */
export function renameContainer(engine: Engine, id: string, name: string): Promise<void> {
  return engine.short('container.rename', async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/rename`, query: { name } })),
  );
}

/** Sends a signal. Throws Conflict when it does not run. */
export function killContainer(engine: Engine, id: string, signalName: string): Promise<void> {
  const query = { signal: signalName };
  return engine.call('container.kill', { timeoutMs: STOP_MARGIN_MS }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/kill`, query })),
  );
}

/** Freezes it. Throws Conflict when it does not run or is frozen. */
export function pauseContainer(engine: Engine, id: string): Promise<void> {
  return engine.short('container.pause', async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/pause` })),
  );
}

/** Thaws it. Throws Conflict when it is not frozen. */
export function unpauseContainer(engine: Engine, id: string): Promise<void> {
  return engine.short('container.unpause', async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/unpause` })),
  );
}

/** Changes limits of a container, running or not; gives the engine's warnings. Throws NotFound, Invalid, Internal. */
export async function updateContainer(
  engine: Engine,
  id: string,
  limits: Partial<HostConfig>,
): Promise<readonly string[]> {
  const { Warnings } = await engine.short('container.update', async (dial) =>
    answerJson<{ Warnings: string[] | null }>(await dial({ method: 'POST', path: `${at(id)}/update`, body: limits })),
  );
  return Warnings ?? [];
}

/** Kills and removes it with its anonymous volumes. Throws NotFound, and Conflict while another removal is under way. */
export function removeContainer(engine: Engine, id: string): Promise<void> {
  const query = { force: true, v: true };
  return engine.call('container.remove', { timeoutMs: 5 * STOP_MARGIN_MS }, async (dial) =>
    answerDone(await dial({ method: 'DELETE', path: at(id), query })),
  );
}

/** Returns when it is gone. Throws NotFound when it is gone already. */
export function containerRemoved(engine: Engine, id: string): Promise<void> {
  const query = { condition: 'removed' };
  return engine.call('container.wait', { timeoutMs: 5 * STOP_MARGIN_MS }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/wait`, query })),
  );
}

/** All that the engine knows of one container. Throws NotFound. */
export function inspectContainer(engine: Engine, idOrName: string): Promise<ContainerInspect> {
  return engine.short('container.inspect', async (dial) =>
    answerJson(await dial({ method: 'GET', path: `${at(idOrName)}/json` })),
  );
}

/** Size of a container's own layer: the engine walks through all of it. Throws NotFound. */
export async function containerDiskBytes(engine: Engine, id: string): Promise<number> {
  const { SizeRw: bytes } = await engine.short('container.size', async (dial) =>
    answerJson<{ SizeRw?: number }>(await dial({ method: 'GET', path: `${at(id)}/json`, query: { size: true } })),
  );
  return bytes ?? 0;
}

/** Containers, stopped ones too, that carry this label. */
export function listContainers(engine: Engine, label: string): Promise<ContainerListItem[]> {
  const query = { all: true, filters: JSON.stringify({ label: [label] }) };
  return engine.short('container.list', async (dial) =>
    answerJson(await dial({ method: 'GET', path: '/containers/json', query })),
  );
}

/** All containers of the engine, stopped ones too, ours or not. */
export function listEveryContainer(engine: Engine): Promise<ContainerListItem[]> {
  return engine.short('container.list', async (dial) =>
    answerJson(await dial({ method: 'GET', path: '/containers/json', query: { all: true } })),
  );
}

/** Reads the last lines of output through `read`, which is handed the raw answer. */
export function containerLogs<T>(
  engine: Engine,
  id: string,
  lines: number,
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  const query = { stdout: true, stderr: true, tail: lines };
  return engine.short('container.logs', async (dial) =>
    read(await dial({ method: 'GET', path: `${at(id)}/logs`, query })),
  );
}

/** Prepares a command in a running container; its id. Throws Conflict when it does not run or is frozen. */
export async function createExec(engine: Engine, id: string, options: ExecOptions): Promise<string> {
  const { Id } = await engine.short('exec.create', async (dial) =>
    answerJson<{ Id: string }>(await dial({ method: 'POST', path: `${at(id)}/exec`, body: options })),
  );
  return Id;
}

/** Starts a prepared command; the stream is its input and (framed, without a tty) its output. */
export function startExec(engine: Engine, execId: string, tty: boolean): Promise<Duplex> {
  return engine.stream('exec.start', `/exec/${encodeURIComponent(execId)}/start`, { Detach: false, Tty: tty });
}

/** What it uses now, without waiting for a second sample. */
export function containerStats(engine: Engine, id: string): Promise<ContainerStats> {
  const query = { stream: false, 'one-shot': true };
  return engine.short('container.stats', async (dial) =>
    answerJson(await dial({ method: 'GET', path: `${at(id)}/stats`, query })),
  );
}
