import { readFile } from 'node:fs/promises';
import type { EngineFacts } from '../../compute/ports/containers.js';
import type { Config } from '../../config/tables.js';
import { Engine } from '../../docker/engine/engine.js';
import { engineFacts } from '../../docker/facts.js';
import { ServiceError } from '../../errors/kinds.js';
import { RUNTIME_PROGRAM } from '../../network/host/runtime.js';
import { USUAL_RUNTIME_PATH } from '../../network/setup/runtime-setup.js';
import { unobserved } from '../../observe/calls.js';
import type { Finding, Probe } from './probe.js';

/** The container engine, and the runtime that it has to know. */
export function engineProbes({ docker }: Config): readonly Probe[] {
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
        const installed = await readFile(USUAL_RUNTIME_PATH, 'utf8').catch(() => undefined);
        const ours = await readFile(RUNTIME_PROGRAM, 'utf8');
        return describeRuntime((await engineFacts(engine)).runtimes, docker.runtime, {
          isOutdated: installed !== undefined && installed !== ours,
        });
      },
      mend: 'Run nova-compute-docker setup (with --dry-run it only says what it would do).',
    },
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

/** Throws when the engine does not know the runtime. */
export function describeRuntime(
  known: readonly string[],
  wanted: string,
  { isOutdated }: { readonly isOutdated: boolean },
): Finding {
  if (wanted === '') return { found: 'none is set', advice: '[docker] runtime is empty: servers get no ports.' };
  if (!known.includes(wanted)) {
    throw new ServiceError('NotFound', `The engine knows no runtime "${wanted}" (it knows ${known.join(', ')}).`);
  }
  const advice = `${USUAL_RUNTIME_PATH} is of another version than this service: run nova-compute-docker setup.`;
  return { found: `"${wanted}" is known to the engine`, ...(isOutdated && { advice }) };
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
