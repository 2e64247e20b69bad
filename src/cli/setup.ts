import { setTimeout as pause } from 'node:timers/promises';
import { hostFacts } from '../config/host-facts.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/tables.js';
import { CRIU_OPTIONS_FILE } from '../docker/checkpoints/facts.js';
import { NEEDED_OPTIONS } from '../docker/checkpoints/lacking.js';
import { engineFacts } from '../docker/facts.js';
import { Engine } from '../docker/engine/engine.js';
import { messageOf, ServiceError } from '../errors/kinds.js';
import {
  reloadEngine,
  setupSteps,
  undoSteps,
  USUAL_ENGINE_CONFIG,
  USUAL_RUNTIME_PATH,
  type CheckpointSetup,
  type SetupPlaces,
  type SetupStep,
} from '../network/setup/runtime-setup.js';
import { unobserved } from '../observe/calls.js';
import type { Execute, Invocation, Surroundings } from './command.js';
import { exitCodes, type ExitCode } from './exit-codes.js';

/** How long an engine may take to read its configuration again. */
const RELOAD_TRIES = 50;
const RELOAD_PAUSE_MS = 100;

const RESTART =
  'The engine takes some of it over when it is started again (systemctl restart docker). Its containers end with it and ' +
  'start again after it, unless it has "live-restore": true.\n';

/** Debian's package tini; its docker-init is a link to it, which CRIU can't mount again. */
const INIT = '/usr/bin/tini-static';

/** Registers the runtime with the engine, which goes on running. Harmless to repeat. */
export const execute: Execute = (invocation, surroundings) => change(invocation, surroundings, 'setup');

/** Takes the runtime out again. */
export const undo: Execute = (invocation, surroundings) => change(invocation, surroundings, 'undo');

async function change(invocation: Invocation, surroundings: Surroundings, way: 'setup' | 'undo'): Promise<ExitCode> {
  const { line } = invocation;
  const { stdout, stderr } = surroundings;
  try {
    const config = await configOf(invocation, surroundings);
    const places = placesOf(config, line.engineConfig ?? USUAL_ENGINE_CONFIG);
    const { steps, engine } = await (way === 'setup' ? setupSteps(places, checkpointsOf(config)) : undoSteps(places));
    const say = (text: string): boolean => stdout.write(`${line.dryRun ? 'would ' : ''}${text}\n`);
    if (steps.length === 0) stdout.write('Nothing to do.\n');
    for (const step of steps) await take(step, say, line.dryRun);
    if (engine !== 'as-it-is') await tellEngine(config, places, { way, say, isDry: line.dryRun });
    if (engine === 'restart') stdout.write(RESTART);
    return exitCodes.ok;
  } catch (error) {
    stderr.write(`${messageOf(error)}\n`);
    return exitCodes.failed;
  }
}

async function configOf({ line }: Invocation, { environment }: Surroundings): Promise<Config> {
  const facts = await hostFacts();
  return loadConfig({ arguments: line.configArguments, commandLine: line.values, environment, facts }).config;
}

function placesOf(config: Config, engineConfig: string): SetupPlaces {
  const name = config.docker.runtime;
  if (name === '')
    throw new ServiceError('Invalid', 'nova.conf says [docker] runtime = (none): there is nothing to register.');
  return { engineConfig, runtime: { name, path: USUAL_RUNTIME_PATH }, criuConfig: CRIU_OPTIONS_FILE };
}

function checkpointsOf({ docker }: Config): CheckpointSetup | undefined {
  return docker.live_migration === 'checkpoint' ? { criuOptions: NEEDED_OPTIONS, init: INIT } : undefined;
}

async function take(step: SetupStep, say: (text: string) => boolean, isDry: boolean): Promise<void> {
  say(step.text);
  if (!isDry) await step.run();
}

interface Telling {
  readonly way: 'setup' | 'undo';
  readonly say: (text: string) => boolean;
  readonly isDry: boolean;
}

/** The engine reads its file again; it knows the runtime, or no longer, when this has ended. */
async function tellEngine(config: Config, places: SetupPlaces, { way, say, isDry }: Telling): Promise<void> {
  say('have the engine read its configuration again (its containers go on running)');
  if (isDry || !(await reloadEngine(places.engineConfig))) return;
  const engine = new Engine({
    socketPath: config.docker.host_url.replace(/^unix:\/\//, ''),
    observer: unobserved,
    shortCallMs: config.docker.api_timeout * 1000,
  });
  for (let tries = 0; tries < RELOAD_TRIES; tries += 1) {
    const isKnown = (await engineFacts(engine)).runtimes.includes(places.runtime.name);
    if (isKnown === (way === 'setup')) return;
    await pause(RELOAD_PAUSE_MS);
  }
  throw new ServiceError(
    'Unavailable',
    `The engine has read ${places.engineConfig} and ${way === 'setup' ? 'does not know' : 'still knows'} runtime ` +
      `"${places.runtime.name}": see the engine's log.`,
  );
}
