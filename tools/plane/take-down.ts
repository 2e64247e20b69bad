import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { allServices } from './catalog.js';
import { runGraph, type Step, type Watcher } from './graph.js';
import { furtherViews, spacesOf } from './hosts.js';
import { isAlive, killSession, readRecord, sessionOf } from './machine/daemon.js';
import { cgroupsOf, mountsBelow, removeCgroups, removeShimSockets, unmountBelow } from './machine/leftovers.js';
import { commandLine } from './machine/processes.js';
import { closeSpace } from './machine/space.js';
import { until } from './machine/wait.js';
import { removeNamespaces } from './network-traces.js';
import type { Plane } from './plane.js';
import { containerdSocket } from './services/docker.js';
import { removeSwitchDevices } from './switch-devices.js';
import { runningRecord, stopService } from './service-control.js';

/**
 * Ends all that the plane runs, in the order against the bring-up's, and gives back what it took of the machine:
 * namespaces, mounts, control groups. Its data stay, so it can be brought up again.
 */
export async function stopPlane(plane: Plane, watcher: Watcher, signal: AbortSignal): Promise<void> {
  const services = allServices(plane);
  const steps = services.map((service): Step => {
    const dependents = services.filter(({ needs }) => needs.includes(service.name)).map(({ name }) => name);
    const stop = async (abort: AbortSignal): Promise<string> => {
      return (await stopService(plane, service, abort)) ? 'stopped' : 'was not running';
    };
    return { name: service.name, needs: dependents, run: stop };
  });
  const running = new Set(services.filter((service) => runningRecord(plane, service) !== null).map(({ name }) => name));
  await runGraph(
    steps.filter(({ name }) => running.has(name)),
    watcher,
    signal,
  );
  await release(plane, signal);
}

/** Ends everything at once as a power cut would and removes the plane with all its data. */
export async function removePlane(plane: Plane, signal: AbortSignal): Promise<void> {
  for (const file of recordFiles(plane)) {
    const record = readRecord(file);
    // The holder of the namespaces goes last, or nothing could enter them any more.
    if (record !== null && !holds(plane, file)) killSession(record);
  }
  await release(plane, signal);
  await rm(plane.run, { recursive: true, force: true });
  await rm(plane.folder, { recursive: true, force: true });
}

/** All that remains of a plane on the machine when no service of it runs: containers, sessions, namespaces, mounts. */
async function release(plane: Plane, signal: AbortSignal): Promise<void> {
  const sessions = recordFiles(plane).filter((file) => !holds(plane, file));
  await until(
    () => {
      const left = sessions.flatMap((file) => sessionsOf(file));
      for (const record of left) killSession(record);
      return left.length === 0;
    },
    { what: 'what the services had started to end', signal, timeoutMs: 20_000, everyMs: 25 },
  );
  for (const view of furtherViews(plane)) {
    await removeCgroups(view.tag, signal);
    await removeNamespaces(view, signal);
    if (view.space !== null) await closeSpace(view.space, signal);
  }
  await removeCgroups(plane.tag, signal);
  await removeNamespaces(plane, signal);
  await removeSwitchDevices(plane, signal);
  if (plane.space !== null) await closeSpace(plane.space, signal);
  else removeShimSockets(containerdSocket(plane), containersOf(plane));
  for (const folder of [plane.folder, plane.run]) await unmountBelow(folder, signal);
  for (const file of recordFiles(plane)) await rm(file, { force: true });
}

/** Whether that is the record of who holds namespaces. */
function holds(plane: Plane, file: string): boolean {
  return spacesOf(plane).some(({ recordFile }) => recordFile === file);
}

/** The ids of all containers that the plane's engine knows, from its own folder: it may be dead. */
function containersOf(plane: Plane): string[] {
  const folder = join(plane.data, 'docker', 'containers');
  return existsSync(folder) ? readdirSync(folder) : [];
}

function sessionsOf(file: string): NonNullable<ReturnType<typeof readRecord>>[] {
  const record = readRecord(file);
  return record !== null && sessionOf(record).length > 0 ? [record] : [];
}

function recordFiles(plane: Plane): string[] {
  if (!existsSync(plane.run)) return [];
  return readdirSync(plane.run)
    .filter((name) => name.endsWith('.pid') && name !== 'dockerd.pid')
    .map((name) => join(plane.run, name));
}

/** What the plane still has on the machine, in words; empty once it is stopped. For status and for tests. */
export function tracesOf(plane: Plane): string[] {
  const sessions = recordFiles(plane)
    .map(readRecord)
    .flatMap((record) => (record === null ? [] : sessionOf(record)))
    .map(({ pid }) => `process ${pid}: ${commandLine(pid).slice(0, 100)}`);
  const spaces = spacesOf(plane);
  const holders = spaces
    .filter(({ recordFile }) => isAlive(readRecord(recordFile)))
    .map(({ netns }) => `holder of ${netns}`);
  const netns = spaces
    .filter((space) => existsSync(`/run/netns/${space.netns}`))
    .map((space) => `netns ${space.netns}`);
  const cgroups = [plane, ...furtherViews(plane)].flatMap(({ tag }) => cgroupsOf(tag));
  const mounts = [plane.folder, plane.run].flatMap(mountsBelow).map((path) => `mount ${path}`);
  return [...sessions, ...holders, ...netns, ...mounts, ...cgroups.map((path) => `control group ${path}`)];
}
