import { parseIni } from '../../../src/config/ini.js';
import { option, repeatedOption, type Option } from '../../../src/config/option.js';
import { Resolver } from '../../../src/config/resolve.js';
import { hostAddress, ipAddress, uri } from '../../../src/config/values/addresses.js';
import { dict, list } from '../../../src/config/values/containers.js';
import { boolean, float, integer, oneOf, port, string } from '../../../src/config/values/scalars.js';
import type { ValueType } from '../../../src/config/values/value-type.js';
import { writtenTexts } from '../../../src/config/written.js';
import type { Answer, ConfigCase, OptionCase } from './oracle.js';

const kinds: Readonly<Record<string, ValueType<unknown>>> = {
  string: string(),
  choice: oneOf('one', 'two', 'three four'),
  boolean: boolean(),
  integer: integer({ min: -5, max: 1000 }),
  float: float(),
  port: port(),
  list: list(),
  integers: list(integer()),
  dict: dict(),
  ip: ipAddress(),
  address: hostAddress(),
  domain: hostAddress({ underscores: true }),
  uri: uri(),
};

/** What this service makes of a case, told as oslo.config would tell it. */
export function ask({ options, files, environment = {} }: ConfigCase): Answer {
  const parsed = files.map((text, index) => parseIni(text, String(index)));
  const broken = parsed.find(({ problems }) => problems.length > 0);
  if (broken !== undefined) return { fails: broken.problems[0]?.line ?? 0 };
  const tables: Record<string, { help: string; options: Record<string, Option<unknown>> }> = {};
  for (const each of options) (tables[each.group] ??= { help: '', options: {} }).options[each.name] = made(each);
  const texts = writtenTexts({ files: parsed, environment, commandLine: [] });
  const resolver = new Resolver(tables, texts, { hostname: '', ipv4: '' });
  const values: Record<string, unknown> = {};
  for (const group of Object.keys(tables)) {
    for (const [name, value] of Object.entries(resolver.section(group))) values[`${group}.${name}`] = plain(value);
  }
  // A value that has a problem, or depends on one that has, is missing; so is one that is unset without a problem.
  const errors = resolver.problems.map(
    ({ text }) => /^\[(.*?)\](.*?)(?: =|:)/.exec(text)?.slice(1, 3).join('.') ?? text,
  );
  return { values, errors };
}

function made({ kind, multi, default: fallback, old }: OptionCase): Option<unknown> {
  const type = kinds[kind] ?? string();
  const facts = { help: '', oldNames: old ?? [] };
  if (multi === true) return repeatedOption(type, facts);
  return fallback === undefined ? option(type, facts) : option(type, { ...facts, default: fallback });
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'number' || Number.isFinite(value)) return value ?? null;
  return String(value).toLowerCase().replace('infinity', 'inf');
}
