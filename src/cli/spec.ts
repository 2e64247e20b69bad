import { hostFacts } from '../config/host-facts.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/tables.js';
import { kindOf, messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { Execute, Surroundings } from './command.js';
import { exitCodes } from './exit-codes.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Gives what is printed, as JSON. */
export type ShowSpec = (config: Config, log: Logger, instanceUuid: string) => Promise<unknown>;

/** Prints what a server's container is, or would be, made of; starts nothing. */
export function specCommand(load: () => Promise<ShowSpec>): Execute {
  return async ({ line, operands }, surroundings) => {
    const { environment, stdout, stderr } = surroundings;
    const [uuid = ''] = operands;
    if (!UUID.test(uuid)) {
      stderr.write(`"${uuid}" is no uuid of a server; openstack server list shows them\n`);
      return exitCodes.usage;
    }
    let config: Config;
    try {
      const facts = await hostFacts();
      ({ config } = loadConfig({ arguments: line.configArguments, commandLine: line.values, environment, facts }));
    } catch (error) {
      if (kindOf(error) !== 'Invalid') throw error;
      stderr.write(`${messageOf(error)}\n`);
      return exitCodes.config;
    }
    try {
      const showSpec = await load();
      stdout.write(
        `${JSON.stringify(await showSpec(config, complaints(surroundings), uuid.toLowerCase()), null, 2)}\n`,
      );
      return exitCodes.ok;
    } catch (error) {
      stderr.write(`${messageOf(error)}\n`);
      return exitCodes.failed;
    }
  };
}

/** What goes wrong on the way (a broker that is away) is told; standard output is the answer's alone. */
function complaints({ stderr }: Surroundings): Logger {
  const say = (message: string): void => void stderr.write(`${message}\n`);
  return { debug: () => undefined, info: () => undefined, warn: say, error: say };
}
