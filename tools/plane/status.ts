import { allServices, wantedNames } from './catalog.js';
import type { Plane } from './plane.js';
import { logFile, runningRecord, wasStarted } from './service-control.js';

export interface ServiceStatus {
  readonly name: string;
  readonly state: 'running' | 'stopped' | 'ended' | 'not asked for';
  readonly pid: number | null;
  readonly ports: readonly number[];
  readonly logFile: string;
}

/** Every service of the plane and whether its process lives. `ended`: it was started, and nobody stopped it. */
export function statusOf(plane: Plane): ServiceStatus[] {
  const wanted = wantedNames(plane);
  return allServices(plane).map((service) => {
    const record = runningRecord(plane, service);
    const idle = wanted.has(service.name) ? (wasStarted(plane, service) ? 'ended' : 'stopped') : 'not asked for';
    return {
      name: service.name,
      state: record === null ? idle : 'running',
      pid: record?.pid ?? null,
      ports: service.ports.map((name) => plane.ports[name]),
      logFile: logFile(plane, service),
    };
  });
}

/** The same as a table for people. */
export function statusTable(plane: Plane): string {
  const where = plane.space === null ? "the machine's own network" : `network namespace ${plane.space.netns}`;
  const lines = statusOf(plane).map(({ name, state, pid, ports }) => {
    return `  ${name.padEnd(16)}${state.padEnd(15)}${String(pid ?? '').padEnd(9)}${ports.join(', ')}`;
  });
  const { debian, nova } = plane.release;
  return [`plane ${plane.name}: Debian ${debian}, ${nova}, compute ${plane.compute}, ${where}`, ...lines].join('\n');
}
