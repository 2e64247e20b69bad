import { POWER_STATE, type ContainerSummary } from '../../compute/ports/containers.js';
import type { Config } from '../../config/tables.js';
import { OurContainers } from '../../docker/containers/ours.js';
import { states } from '../../docker/containers/states.js';
import type { Engine } from '../../docker/engine/engine.js';
import { containerName } from '../../docker/names.js';
import { ServiceError } from '../../errors/kinds.js';
import { instanceFolder } from '../../network/host/folder.js';
import { holdsPorts } from '../../network/host/holder.js';
import type { Logger } from '../../observe/logger.js';
import type { Finding, Probe } from './probe.js';

/** Named in one line. */
const MOST_NAMES = 5;

const nothing = (): void => undefined;
const silent: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Whether all containers that run were started by the runtime that gives them their ports. */
export function holderProbe({ DEFAULT, docker }: Config, engine: Engine): Probe {
  return {
    name: 'holder',
    needs: ['engine'],
    look: async () => {
      const { host, state_path: statePath } = DEFAULT;
      const all = await states({ engine, ours: new OurContainers(engine, host), log: silent }, host);
      return describeHolders(withHolders(statePath, all.filter(runs)));
    },
    mend:
      'Run nova-compute-docker setup and reboot these servers through Nova (openstack server reboot --hard). One whose ' +
      `container was made for another runtime than "${docker.runtime}" keeps that until the server is rebuilt.`,
  };
}

export interface RunningContainer {
  readonly name: string;
  readonly hasItsPorts: boolean;
}

function withHolders(statePath: string, running: readonly ContainerSummary[]): readonly RunningContainer[] {
  return running.map(({ key, containerId }) => ({
    name: containerName(key),
    hasItsPorts: holdsPorts(instanceFolder(statePath, key.instanceUuid), containerId),
  }));
}

function runs({ powerState }: ContainerSummary): boolean {
  return powerState === POWER_STATE.RUNNING || powerState === POWER_STATE.PAUSED;
}

/** Throws when one of them has not got the ports of its server. */
export function describeHolders(running: readonly RunningContainer[]): Finding {
  const without = running.filter(({ hasItsPorts }) => !hasItsPorts).map(({ name }) => name);
  if (without.length === 0) return { found: `what runs here (${running.length}) has the ports of its server` };
  const named = without.slice(0, MOST_NAMES).join(', ');
  const more = without.length > MOST_NAMES ? ` and ${without.length - MOST_NAMES} more` : '';
  const what = without.length === 1 ? 'runs without the ports of its server' : 'run without the ports of their servers';
  throw new ServiceError('Conflict', `${named}${more} ${what}: another runtime started what is there.`);
}
