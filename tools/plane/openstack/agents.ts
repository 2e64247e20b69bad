import { statSync } from 'node:fs';
import { until } from '../machine/wait.js';
import { firstHost, type Plane } from '../plane.js';
import { logFile, recordFile } from '../service-control.js';
import { Rest } from './rest.js';

interface AgentRow {
  readonly alive: boolean;
  /** UTC, to the second, as `2026-01-31 12:00:00`. */
  readonly started_at: string;
}

/** An agent by the plane's name for it and by its program, which is Neutron's name for it. */
export interface AgentName {
  readonly service: string;
  readonly binary: string;
}

/**
 * Waits until Neutron has heard from this very process of the agent. Before that Neutron binds no port to its host: a
 * boot fails with "binding failed". `alive` alone could speak of the process before a stop, for as long as a minute.
 */
export async function awaitReport(plane: Plane, { service, binary }: AgentName, signal: AbortSignal): Promise<void> {
  const rest = new Rest(plane, 'admin');
  const path = `/agents?host=${firstHost(plane).name}&binary=${binary}`;
  const sinceMs = Math.floor(statSync(recordFile(plane, { name: service })).mtimeMs / 1000) * 1000;
  const heard = async (): Promise<boolean> => {
    const { agents } = await rest.get<{ agents: AgentRow[] }>('network', path);
    return agents.some((row) => row.alive && Date.parse(`${row.started_at.replace(' ', 'T')}Z`) >= sinceMs);
  };
  const what = `Neutron to hear from ${service}`;
  await until(heard, { what, signal, everyMs: 200, timeoutMs: 120_000, logFile: logFile(plane, { name: service }) });
}
