import { hostFacts } from '../config/host-facts.js';
import { loadConfig } from '../config/load.js';
import { messageOf } from '../errors/kinds.js';
import { loadPolicy } from '../settings/load-policy.js';
import type { Execute } from './command.js';
import { exitCodes } from './exit-codes.js';

/** Reads the configuration as the service would, tells what is wrong or worth knowing, and starts nothing. */
export const execute: Execute = async ({ line }, { environment, stdout, stderr }) => {
  const facts = await hostFacts();
  try {
    const { config, files, notes } = loadConfig({
      arguments: line.configArguments,
      commandLine: line.values,
      environment,
      facts,
    });
    loadPolicy(config.docker.settings_policy_file);
    for (const note of notes) stdout.write(`${note}\n`);
    stdout.write(`The configuration is fine. Read: ${files.length === 0 ? 'no file' : files.join(', ')}\n`);
    return exitCodes.ok;
  } catch (error) {
    stderr.write(`${messageOf(error)}\n`);
    return exitCodes.config;
  }
};
