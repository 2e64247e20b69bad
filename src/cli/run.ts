import { hostname } from 'node:os';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostFacts } from '../config/host-facts.js';
import { loadConfig, type ConfigSources, type LoadedConfig } from '../config/load.js';
import { reloadConfig } from '../config/reload.js';
import { describeConfig } from '../config/secrets.js';
import { holdStateLock, type StateLock } from '../config/state-lock.js';
import type { Config } from '../config/tables.js';
import { kindOf, messageOf } from '../errors/kinds.js';
import { startLogging, type Logging } from '../observe/log.js';
import type { Logger } from '../observe/logger.js';
import { systemdReadiness } from '../observe/readiness.js';
import { loadPolicy } from '../settings/load-policy.js';
import type { Execute, Invocation, Surroundings } from './command.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { version } from './help.js';
import { logSettings } from './log-settings.js';
import { runService, type StartApp } from './service.js';

/**
 * The command that runs the service: configuration, log, lock on the state path, and then the service itself, which is
 * loaded only when these stand, so that a mistake is told at once.
 */
export function runCommand(loadApp: () => Promise<StartApp>): Execute {
  return async (invocation, surroundings) => {
    const sources = await sourcesOf(invocation, surroundings);
    const loaded = load(sources, surroundings);
    if (loaded === undefined) return exitCodes.config;
    const logging = openLog(loaded.config, surroundings);
    if (logging === undefined) return exitCodes.config;
    introduce(loaded, logging.log);
    const lock = await takeLock(loaded.config, logging.log);
    if (typeof lock === 'number') return lock;
    try {
      return await runService({
        config: loaded.config,
        logging,
        startApp: async (config, log) => (await loadApp())(config, log),
        signals: process,
        readiness: systemdReadiness({ environment: process.env, pid: process.pid, run: runProgram, log: logging.log }),
        exit: (code) => process.exit(code),
        reread: (running, mayChange) => {
          const { config, changed, ignored } = reloadConfig(running, loadConfig(sources).config, mayChange);
          tellOfReload(logging.log, changed, ignored);
          return config;
        },
      });
    } finally {
      await lock.release();
      logging.close();
    }
  };
}

async function sourcesOf({ line }: Invocation, { environment }: Surroundings): Promise<ConfigSources> {
  return { arguments: line.configArguments, commandLine: line.values, environment, facts: await hostFacts() };
}

function load(sources: ConfigSources, { stderr }: Surroundings): LoadedConfig | undefined {
  try {
    const loaded = loadConfig(sources);
    // The service reads it by itself; here a mistake is told at once, and as one of the configuration.
    loadPolicy(loaded.config.docker.settings_policy_file);
    return loaded;
  } catch (error) {
    if (kindOf(error) !== 'Invalid') throw error;
    stderr.write(`${messageOf(error)}\n`);
    return undefined;
  }
}

function openLog(config: Config, { stdout, stderr }: Surroundings): Logging | undefined {
  // Whoever read our output may be gone; that is no reason to go too.
  for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
  try {
    const facts = { pid: process.pid, hostname: hostname() };
    return startLogging(logSettings(config), { ...facts, stdout, stderr, now: () => new Date() });
  } catch (error) {
    stderr.write(`The log file cannot be opened: ${messageOf(error)}\n`);
    return undefined;
  }
}

function introduce({ config, files, notes }: LoadedConfig, log: Logger): void {
  log.info(`nova-compute-docker ${version()} starts`, { host: config.DEFAULT.host, files });
  for (const note of notes) log.warn(note);
  for (const line of describeConfig(config)) log.debug(line);
}

async function takeLock(config: Config, log: Logger): Promise<StateLock | ExitCode> {
  try {
    return await holdStateLock(config.DEFAULT.state_path, process.pid);
  } catch (error) {
    log.error('Cannot start', { error });
    return kindOf(error) === 'Conflict' ? exitCodes.taken : exitCodes.config;
  }
}

function tellOfReload(log: Logger, changed: readonly string[], ignored: readonly string[]): void {
  log.info('Configuration read again', { changed });
  if (ignored.length > 0) log.warn('Changes that only a restart can bring into effect', { options: ignored });
}

async function runProgram(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`);
}
