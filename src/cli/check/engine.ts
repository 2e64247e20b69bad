import { readFile } from 'node:fs/promises';
import type { EngineFacts } from '../../compute/ports/engine-facts.js';
import type { Config } from '../../config/tables.js';
import { Engine } from '../../docker/engine/engine.js';
import { engineInfo } from '../../docker/engine/system.js';
import { engineFacts } from '../../docker/facts.js';
import { ServiceError } from '../../errors/kinds.js';
import { RUNTIME_PROGRAM } from '../../network/host/runtime.js';
import { unobserved } from '../../observe/calls.js';
import { checkpointProbe } from './checkpoint.js';
import { holderProbe } from './holder.js';
import type { Finding, Probe } from './probe.js';

/** The container engine, and the runtime that it has to know. */
export function engineProbes(config: Config): readonly Probe[] {
  const { docker } = config;
  const socketPath = docker.host_url.replace(/^unix:\/\//, '');
  const engine = new Engine({ socketPath, observer: unobserved, shortCallMs: docker.api_timeout * 1000 });
  return [
    {
      name: 'engine',
      look: async () => describeEngine(await engineFacts(engine)),
      mend:
        'Start the Docker Engine (systemctl start docker); [docker] host_url has to name its socket, and the ' +
        "service's user has to be allowed to use it.",
    },
    {
      name: 'runtime',
      needs: ['engine'],
      look: async () => {
        const { Runtimes: known } = await engineInfo(engine);
        const path = known[docker.runtime]?.path;
        const installed = path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
        const ours = await readFile(RUNTIME_PROGRAM, 'utf8');
        return describeRuntime(Object.keys(known), docker.runtime, { path, installed, ours });
      },
      mend: 'Run nova-compute-docker setup (with --dry-run it only says what it would do).',
    },
    holderProbe(config, engine),
    checkpointProbe(config, engine),
  ];
}

export function describeEngine(facts: EngineFacts): Finding {
  const found =
    `version ${facts.version}, API ${facts.apiVersion}, ${facts.storageDriver}, cgroup v${facts.cgroupVersion}, ` +
    `${facts.cpus} CPUs, ${Math.round(facts.memoryBytes / 2 ** 20)} MiB`;
  const advice = [
    ...(facts.liveRestore
      ? []
      : ['containers end with the engine and start again after it: "live-restore": true keeps them running']),
    ...(facts.swapLimit ? [] : ["the kernel limits no swap, so the swap of flavors is the host's to give"]),
  ];
  return advice.length === 0 ? { found } : { found, advice: `${capital(advice.join('; '))}.` };
}

/** What the engine calls under the runtime's name, and what it should. */
export interface RuntimeProgram {
  /** As the engine's configuration has it. */
  readonly path: string | undefined;
  /** Text of that file; undefined when it can't be read. */
  readonly installed: string | undefined;
  readonly ours: string;
}

/** What every version of the program says of itself. */
const OUR_RUNTIME = "OCI runtime of nova-compute-docker's containers";

/** Throws when the engine does not know the runtime, or another program by its name. */
export function describeRuntime(
  known: readonly string[],
  wanted: string,
  { path, installed, ours }: RuntimeProgram,
): Finding {
  if (wanted === '') return { found: 'none is set', advice: '[docker] runtime is empty: servers get no ports.' };
  if (!known.includes(wanted)) {
    throw new ServiceError('NotFound', `The engine knows no runtime "${wanted}" (it knows ${known.join(', ')}).`);
  }
  if (installed?.includes(OUR_RUNTIME) !== true) {
    const what = `The engine's runtime "${wanted}" (${path ?? 'without a path'}) is not this service's`;
    throw new ServiceError('Conflict', `${what}: servers that it starts have no ports.`);
  }
  const advice = `${path} is of another version than this service: run nova-compute-docker setup.`;
  return { found: `"${wanted}" is known to the engine`, ...(installed !== ours && { advice }) };
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
