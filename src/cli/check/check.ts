import { hostFacts } from '../../config/host-facts.js';
import { loadConfig, type LoadedConfig } from '../../config/load.js';
import { secretTexts } from '../../config/secrets.js';
import type { Config } from '../../config/tables.js';
import { messageOf } from '../../errors/kinds.js';
import { createRedactor } from '../../observe/redact.js';
import type { Execute, Invocation, Surroundings } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { engineProbes } from './engine.js';
import { hostProbes } from './host.js';
import { messagingProbes } from './messaging.js';
import { openstackProbes } from './openstack.js';
import { runProbes, type Outcome, type Probe } from './probe.js';

/** For each probe. */
const TIMEOUT_MS = 15_000;

/**
 * Tries everything that the service needs, in the way in which the service will use it, and says how to mend what does
 * not work. Changes nothing; the service may run meanwhile.
 */
export const execute: Execute = async (invocation, surroundings) => {
  const { stdout, stderr } = surroundings;
  let loaded: LoadedConfig;
  try {
    loaded = await configOf(invocation, surroundings);
  } catch (error) {
    stderr.write(`${messageOf(error)}\n`);
    return exitCodes.config;
  }
  const { config, files, notes } = loaded;
  for (const note of notes) stdout.write(`${note}\n`);
  stdout.write(lines('configuration', 'ok', files.length === 0 ? 'no file' : files.join(', ')));
  const { text } = createRedactor(secretTexts(config));
  const isFine = await probeAll(config, (probe, outcome) => stdout.write(text(describeOutcome(probe, outcome))));
  return isFine ? exitCodes.ok : exitCodes.failed;
};

async function configOf({ line }: Invocation, { environment }: Surroundings): Promise<LoadedConfig> {
  const facts = await hostFacts();
  return loadConfig({ arguments: line.configArguments, commandLine: line.values, environment, facts });
}

async function probeAll(config: Config, tell: (probe: Probe, outcome: Outcome) => void): Promise<boolean> {
  const messaging = messagingProbes(config);
  const openstack = openstackProbes(config);
  try {
    const probes = [...hostProbes(config), ...engineProbes(config), ...messaging.probes, ...openstack.probes];
    return await runProbes(probes, TIMEOUT_MS, tell);
  } finally {
    openstack.close();
    await messaging.close();
  }
}

/** One line for what was found, one more for what to do. */
export function describeOutcome({ name }: Pick<Probe, 'name'>, outcome: Outcome): string {
  switch (outcome.kind) {
    case 'fine':
      return lines(name, 'ok', outcome.finding.found, outcome.finding.advice);
    case 'skipped':
      return lines(name, 'skip', `cannot be tried without ${outcome.without}`);
    case 'wrong':
      return lines(name, 'FAIL', outcome.reason, outcome.mend);
  }
}

const INDENT = 15;

function lines(name: string, mark: string, first: string, second?: string): string {
  const head = `${name.padEnd(INDENT)}${mark.padEnd(5)}${first}\n`;
  return second === undefined ? head : `${head}${' '.repeat(INDENT + 5)}${second}\n`;
}
