import type { Option } from './option.js';
import { textOf } from './python-text.js';
import { tables, type Config } from './tables.js';

/**
 * Every text of the configuration that must never be shown, for the redactor of the log: the values of secret options,
 * and of those that are URLs the passwords in them, as written and decoded.
 */
export function secretTexts(config: Config): string[] {
  const secrets = settings(config).filter(({ option, value }) => option.secret === true && value !== undefined);
  const texts = secrets.flatMap(({ name, value }) =>
    name.endsWith('_url') ? passwordsIn(textOf(value)) : [textOf(value)],
  );
  return texts.filter((text) => text !== '');
}

/** All options and their values, one a line, with the secret ones masked; for the log when debugging. */
export function describeConfig(config: Config): string[] {
  return settings(config).map(({ section, name, option, value }) => {
    const shown = option.secret === true && value !== undefined ? '***' : textOf(value);
    return `[${section}]${name} = ${shown}`;
  });
}

interface Setting {
  readonly section: string;
  readonly name: string;
  readonly option: Option<unknown>;
  readonly value: unknown;
}

function settings(config: Config): Setting[] {
  return Object.entries(tables).flatMap(([section, { options }]) => {
    const values = config[section as keyof Config] as Readonly<Record<string, unknown>>;
    const all = Object.entries(options as Readonly<Record<string, Option<unknown>>>);
    return all.map(([name, option]) => ({ section, name, option, value: values[name] }));
  });
}

/** The passwords of `scheme://user:password@host,user:password@host/`. */
function passwordsIn(url: string): string[] {
  const hosts = url.replace(/^[^:]*:\/\//, '').split(',');
  const passwords = hosts.flatMap((host) => /^[^:@]*:(.*)@/.exec(host)?.[1] ?? []);
  return passwords.flatMap((each) => [each, decoded(each)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
