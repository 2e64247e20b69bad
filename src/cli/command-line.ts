import type { ConfigArgument } from '../config/locate.js';
import { nearestName } from '../config/nearest.js';
import { tables } from '../config/tables.js';
import type { CommandLineValue } from '../config/written.js';
import { ServiceError } from '../errors/kinds.js';

/** What was typed, understood. */
export interface CommandLine {
  /** Words that are no options: the command and what follows it. */
  readonly words: readonly string[];
  /** `--config-file` and `--config-dir`, in their order. */
  readonly configArguments: readonly ConfigArgument[];
  /** Options of nova.conf that can be given here, as oslo.log's can. */
  readonly values: readonly CommandLineValue[];
  /** `--dry-run`: say what would be done. */
  readonly dryRun: boolean;
  /** `--engine-config`: the engine's configuration file, when it is not the usual one. */
  readonly engineConfig: string | undefined;
  readonly help: boolean;
  readonly version: boolean;
}

interface Flag {
  readonly takesValue: boolean;
  readonly apply: (line: Growing, value: string) => void;
}

interface Growing {
  words: string[];
  configArguments: ConfigArgument[];
  values: CommandLineValue[];
  dryRun: boolean;
  engineConfig: string | undefined;
  help: boolean;
  version: boolean;
}

const ownFlags: Readonly<Record<string, Flag>> = {
  'config-file': { takesValue: true, apply: (line, path) => line.configArguments.push({ kind: 'file', path }) },
  'config-dir': { takesValue: true, apply: (line, path) => line.configArguments.push({ kind: 'dir', path }) },
  'dry-run': { takesValue: false, apply: (line) => (line.dryRun = true) },
  'engine-config': { takesValue: true, apply: (line, path) => (line.engineConfig = path) },
  help: { takesValue: false, apply: (line) => (line.help = true) },
  version: { takesValue: false, apply: (line) => (line.version = true) },
};

const shortFlags: Readonly<Record<string, string>> = { '-h': '--help', '-d': '--debug' };

/**
 * Understands `--name value`, `--name=value`, `--flag` and `--noflag`, before, between and after the words of a
 * command, as nova-compute does. `--` ends the options.
 *
 * @throws {ServiceError} of kind Invalid, naming the option that was probably meant
 */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const flags = { ...ownFlags, ...configFlags() };
  const line: Growing = {
    words: [],
    configArguments: [],
    values: [],
    dryRun: false,
    engineConfig: undefined,
    help: false,
    version: false,
  };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') line.words.push(...rest.splice(0));
    else if (!arg.startsWith('-') || arg === '-') line.words.push(arg);
    else applyFlag(shortFlags[arg] ?? arg, rest, { flags, line });
  }
  return line;
}

interface Understanding {
  readonly flags: Readonly<Record<string, Flag>>;
  readonly line: Growing;
}

function applyFlag(arg: string, rest: string[], { flags, line }: Understanding): void {
  const [, given = arg, inline] = /^([^=]*)=(.*)$/s.exec(arg) ?? [];
  const flag = flagNamed(given, flags);
  if (!flag.takesValue && inline !== undefined) throw new ServiceError('Invalid', `${given} takes no value`);
  const value = flag.takesValue ? (inline ?? rest.shift()) : '';
  if (value === undefined) throw new ServiceError('Invalid', `${given} needs a value`);
  flag.apply(line, value);
}

function flagNamed(given: string, flags: Readonly<Record<string, Flag>>): Flag {
  const name = given.replace(/^-+/, '');
  const flag = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (flag !== undefined && given === `--${name}`) return flag;
  const nearest = nearestName(name, Object.keys(flags));
  const hint = nearest === undefined ? '' : `; did you mean --${nearest}?`;
  throw new ServiceError('Invalid', `there is no option ${given}${hint}`);
}

/** `log_file` becomes `--log-file` (and `--logfile`, its old name), `debug` becomes `--debug` and `--nodebug`. */
function configFlags(): Record<string, Flag> {
  const flags: Record<string, Flag> = {};
  for (const [name, option] of Object.entries(tables.DEFAULT.options)) {
    if (option.commandLine !== true) continue;
    const spellings = [name, ...(option.oldNames ?? []).flatMap((old) => old.name ?? [])].map((each) =>
      each.replaceAll('_', '-'),
    );
    const isSwitch = option.type.name === 'boolean value';
    const push =
      (text: (value: string) => string): Flag['apply'] =>
      (line, value) =>
        line.values.push({ name, text: text(value) });
    for (const spelling of spellings) {
      flags[spelling] = { takesValue: !isSwitch, apply: push((value) => (isSwitch ? 'true' : value)) };
      if (isSwitch) flags[`no${spelling}`] = { takesValue: false, apply: push(() => 'false') };
    }
  }
  return flags;
}
