import type { OldName, Option } from './option.js';
import { tables } from './tables.js';

const width = 79;

/**
 * The text of etc/nova-compute-docker.conf.sample: every option with its help, type, limits and default, in the
 * layout of oslo-config-generator, so that it reads like Nova's own sample.
 */
export function sampleConfig(): string {
  const sections = Object.entries(tables).map(([name, { help, options }]) => {
    const all = Object.entries(options as Readonly<Record<string, Option<unknown>>>);
    return [`[${name}]`, ...commented(help), '', ...all.map(([key, each]) => sampleOption(name, key, each))].join('\n');
  });
  return [...commented(introduction), '', ...sections].join('\n');
}

const introduction =
  'Options of nova-compute-docker. It reads the nova.conf of nova-compute: sections other than [docker], the names in ' +
  'them and their defaults are those of Nova and its libraries, and options of nova-compute that are not listed here ' +
  'are ignored. Values of times are seconds unless said otherwise.';

function sampleOption(section: string, name: string, option: Option<unknown>): string {
  const { type, multi, help, oldNames = [], reloadable, idle } = option;
  const lines = [
    '#',
    ...commented(`${help} (${multi ? 'multi valued' : type.name})`),
    ...type.limits.flatMap(commented),
    ...oldNames.map((old) => `# Deprecated group/name - ${describeOld(section, name, old)}`),
    ...(idle === undefined ? [] : commented(`No effect on this service: ${idle}.`)),
    ...(reloadable === true && idle === undefined ? ['# Note: a running service takes a new value on SIGHUP.'] : []),
    `#${name} = ${defaultText(option)}`.trimEnd(),
  ];
  return `${lines.join('\n')}\n`;
}

function describeOld(section: string, name: string, old: OldName): string {
  return `[${old.group ?? section}]/${old.name ?? name}`;
}

function defaultText({ type, multi, default: given, sampleDefault }: Option<unknown>): string {
  if (sampleDefault !== undefined) return sampleDefault;
  if (multi) return '';
  return given === undefined ? '<None>' : type.format(given);
}

/** Lines of at most 79 signs, each behind `# `. */
function commented(text: string): string[] {
  const lines: string[] = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > width && line !== '#') {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
