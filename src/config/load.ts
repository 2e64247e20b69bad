import { readFileSync } from 'node:fs';
import { parseIni, type ParsedFile } from './ini.js';
import { locateConfig, type ConfigArgument } from './locate.js';
import { misspeltNames } from './names.js';
import type { HostFacts } from './option.js';
import { configError, type ConfigProblem } from './problems.js';
import { Resolver } from './resolve.js';
import { brokenRules } from './rules.js';
import { tables, type Config } from './tables.js';
import { unservedOptions } from './unserved.js';
import { writtenTexts, type CommandLineValue } from './written.js';

export interface ConfigSources {
  /** `--config-file` and `--config-dir` in the order of the command line; none: the usual files. */
  readonly arguments: readonly ConfigArgument[];
  /** Options given on the command line itself, such as `--debug`. */
  readonly commandLine?: readonly CommandLineValue[];
  /** `process.env`: `OS_DOCKER__HOST_URL` sets `[docker]host_url`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly facts: HostFacts;
  /** Directories to look into for the usual files, instead of ~/.nova, ~, /etc/nova and /etc. */
  readonly places?: readonly string[];
}

export interface LoadedConfig {
  readonly config: Config;
  /** The files that were read. */
  readonly files: readonly string[];
  /** For the log, once there is one: deprecated names and the like. */
  readonly notes: readonly string[];
}

/**
 * Reads and checks the whole configuration. The command line goes before the environment, that before the files, and
 * later files before earlier ones.
 *
 * @throws {ServiceError} of kind Invalid, with all problems of all files, each with its file and line
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const located = locateConfig(sources.arguments, sources.places);
  const parsed = located.files.map(readFile);
  const written = { files: parsed, environment: sources.environment, commandLine: sources.commandLine ?? [] };
  const texts = writtenTexts(written);
  const resolver = new Resolver(tables, texts, sources.facts);
  const config = Object.fromEntries(Object.keys(tables).map((name) => [name, resolver.section(name)])) as Config;
  const authSections = Object.values(config).flatMap((section) =>
    'auth_section' in section && section.auth_section !== undefined ? [section.auth_section] : [],
  );
  const problems: ConfigProblem[] = [
    ...located.problems,
    ...parsed.flatMap((file) => file.problems),
    ...misspeltNames(written, tables, authSections),
    ...resolver.problems,
  ];
  if (resolver.problems.length === 0) {
    problems.push(...brokenRules(config, texts, (section, name) => resolver.placeOf(section, name)));
  }
  if (problems.length > 0) throw configError(sorted(problems, located.files));
  return { config: deepFreeze(config), files: located.files, notes: [...resolver.notes, ...unservedOptions(texts)] };
}

function readFile(file: string): ParsedFile {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file));
    return parseIni(text, file);
  } catch (error) {
    return { assignments: [], sections: [], problems: [{ file, text: reasonOf(error) }] };
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'this user may not read the file';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the file is not UTF-8';
  return `cannot be read (${code || String(error)})`;
}

/** Files in the order of reading, then everything else; by line within a file. */
function sorted(problems: readonly ConfigProblem[], files: readonly string[]): ConfigProblem[] {
  const rank = ({ file }: ConfigProblem) => (files.includes(file) ? files.indexOf(file) : files.length);
  return problems.toSorted((a, b) => rank(a) - rank(b) || (a.line ?? 0) - (b.line ?? 0));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
