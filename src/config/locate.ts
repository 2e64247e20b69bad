import { existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import type { ConfigProblem } from './problems.js';

/** `--config-file` or `--config-dir`, in the order of the command line. */
export interface ConfigArgument {
  readonly kind: 'file' | 'dir';
  readonly path: string;
}

export interface Located {
  /** Absolute paths in the order in which they are read; later ones win. */
  readonly files: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/**
 * The files to read, as oslo.config finds them for project `nova` (cfg.py, release 9). Without a `--config-file`:
 * nova.conf, then nova-compute.conf, then nova-compute-docker.conf, each from the first of ~/.nova, ~, /etc/nova, /etc
 * that has it. Without a `--config-dir`: all *.conf of the directories nova.conf.d, nova-compute.conf.d and
 * nova-compute-docker.conf.d of the same places. What is named on the command line must exist.
 *
 * @param places where to look, instead of the four above
 */
export function locateConfig(args: readonly ConfigArgument[], places: readonly string[] = usualPlaces()): Located {
  const files: string[] = [];
  const problems: ConfigProblem[] = [];
  if (!args.some(({ kind }) => kind === 'file')) files.push(...findUsual(places, '.conf'));
  if (!args.some(({ kind }) => kind === 'dir')) files.push(...findUsual(places, '.conf.d').flatMap(filesIn));
  for (const arg of args) {
    const full = absolute(arg.path);
    if (arg.kind === 'file') files.push(full);
    else if (isDirectory(full)) files.push(...filesIn(full));
    else problems.push({ file: full, text: 'there is no such directory' });
  }
  return { files, problems };
}

const programs = ['nova', 'nova-compute', 'nova-compute-docker'];

function usualPlaces(): string[] {
  return [path.join(homedir(), '.nova'), homedir(), '/etc/nova', '/etc'];
}

function findUsual(places: readonly string[], ending: string): string[] {
  return programs.flatMap((program) => {
    const found = places.map((place) => path.join(place, program + ending)).find((each) => existsSync(each));
    return found === undefined ? [] : [found];
  });
}

function filesIn(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.conf') && !name.startsWith('.'));
  return names.sort().map((name) => path.join(directory, name));
}

function isDirectory(candidate: string): boolean {
  return statSync(candidate, { throwIfNoEntry: false })?.isDirectory() === true;
}

function absolute(given: string): string {
  return path.resolve(given.replace(/^~(?=\/|$)/, homedir()));
}
