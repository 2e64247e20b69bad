import { parseIni, type Assignment } from '../config/ini.js';
import { nearestName } from '../config/nearest.js';
import { configError, type ConfigProblem } from '../config/problems.js';
import { BadSetting } from './bad-setting.js';
import { isSettingName, SETTING_NAMES, settingOf, type SettingName } from './catalogue.js';
import type { BoundName, Bounds, Setting } from './setting.js';
import { SOURCES, type Source } from './source.js';
import { listOf } from './values.js';

/** Who may set something, and within which bounds. */
export interface Rule {
  readonly setBy: readonly Source[];
  readonly bounds: Bounds;
}

/** An allow-list: what has no rule can't be set by anybody. By setting, or by `family:member`. */
export type Policy = ReadonlyMap<string, Rule>;

/** The rule for a setting; a family's member may have one of its own. */
export function ruleOf(policy: Policy, name: SettingName, member: string): Rule | undefined {
  return (member === '' ? undefined : policy.get(`${name}:${member}`)) ?? policy.get(name);
}

/**
 * Reads a policy file: a section for each setting, in it `set_by` (of flavor, image, metadata) and bounds.
 *
 * @throws {ServiceError} of kind Invalid with all mistakes, each with file and line
 */
export function parsePolicy(text: string, file: string): Policy {
  const parsed = parseIni(text, file);
  const problems: ConfigProblem[] = [...parsed.problems];
  const policy = new Map<string, Rule>();
  for (const { name: section, line } of parsed.sections) {
    const complain = (what: string, at = line): void => void problems.push({ file, line: at, text: what });
    const setting = settingOfSection(section, complain);
    if (policy.has(section)) complain(`[${section}] stands twice`);
    if (setting === undefined || policy.has(section)) continue;
    const lines = parsed.assignments.filter((one) => one.section === section);
    policy.set(section, ruleFrom({ section, setting, lines, complain }));
  }
  if (problems.length > 0) throw configError(problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  return policy;
}

type Complain = (text: string, line?: number) => void;

function settingOfSection(section: string, complain: Complain): Setting<unknown> | undefined {
  const [name = '', ...members] = section.split(':');
  if (!isSettingName(name)) {
    const nearest = nearestName(name, SETTING_NAMES);
    complain(
      `there is no setting ${name}; ${nearest === undefined ? `there are ${SETTING_NAMES.join(', ')}` : `did you mean ${nearest}?`}`,
    );
    return undefined;
  }
  if (members.length > 0 && !settingOf(name).isFamily) complain(`${name} has no members: [${name}]`);
  return settingOf(name);
}

interface RuleLines {
  readonly section: string;
  readonly setting: Setting<unknown>;
  readonly lines: readonly Assignment[];
  readonly complain: Complain;
}

function ruleFrom({ section, setting, lines, complain }: RuleLines): Rule {
  const bounds: { -readonly [Name in keyof Bounds]: Bounds[Name] } = {};
  let setBy: readonly Source[] | undefined;
  const seen = new Set<string>();
  for (const { key, value, line } of lines) {
    if (seen.has(key)) complain(`${key} stands twice in [${section}]`, line);
    seen.add(key);
    try {
      if (key === 'set_by') setBy = readSources(value, setting);
      else Object.assign(bounds, readBound(key, value, setting));
    } catch (error) {
      if (!(error instanceof BadSetting)) throw error;
      complain(`${key} of [${section}]: ${error.message}`, line);
    }
  }
  if (setBy === undefined && !seen.has('set_by')) {
    complain(`[${section}] has no set_by: say who may set it, of ${SOURCES.join(', ')}, or leave the section out`);
  }
  return { setBy: setBy ?? [], bounds };
}

function readSources(value: string, setting: Setting<unknown>): readonly Source[] {
  const words = listOf(value);
  const unknown = words.find((word) => !SOURCES.includes(word as Source));
  if (unknown !== undefined) throw new BadSetting(`expected some of ${SOURCES.join(', ')}, found ${unknown}`);
  if (setting.reach === 'operator' && words.some((word) => word !== 'flavor')) {
    throw new BadSetting('only a flavor can set this, since it reaches privileges, devices or the host');
  }
  return words as Source[];
}

const BOUNDS: readonly BoundName[] = ['min', 'max', 'allowed', 'forbidden'];

function readBound(key: string, value: string, { measure, names }: Setting<unknown>): Bounds {
  const has: Readonly<Record<string, unknown>> = { min: measure, max: measure, allowed: names, forbidden: names };
  const known = BOUNDS.filter((name) => has[name] !== undefined);
  if (!known.includes(key as BoundName)) throw new BadSetting(`expected one of ${['set_by', ...known].join(', ')}`);
  if (key === 'allowed' || key === 'forbidden') return { [key]: listOf(value) };
  return { [key]: measure?.unit.read(value) };
}
