import { nearestName } from '../config/nearest.js';
import { ServiceError } from '../errors/kinds.js';
import { BadSetting } from './bad-setting.js';
import { checkBounds } from './bounds.js';
import { SETTING_NAMES, settingOf, type InstanceSettings, type SettingName } from './catalogue.js';
import { ruleOf, type Policy } from './policy.js';
import type { Setting } from './setting.js';
import { isTenants, PRECEDENCE, SOURCE_WORDS, type Source } from './source.js';
import { writtenSettings, type SettingTexts, type UnknownKey, type WrittenSetting } from './written.js';

/** Where a setting's value comes from. */
export interface Origin {
  readonly name: SettingName;
  /** Of a family; empty otherwise. */
  readonly member: string;
  readonly source: Source;
  readonly key: string;
  /** Where else it is set, without effect. */
  readonly overrides: readonly { readonly source: Source; readonly key: string }[];
}

export interface ResolvedSettings {
  readonly values: InstanceSettings;
  readonly origins: readonly Origin[];
}

/**
 * What is set for an instance, judged by the policy: the flavor's word goes first, then the server's, then its image's.
 * What does not count since another goes first is judged all the same.
 *
 * @throws {ServiceError} Invalid (InstanceUnacceptable), naming each setting that is refused, where it stands and what
 *   would be allowed; values are not repeated
 */
export function resolveSettings(texts: SettingTexts, policy: Policy): ResolvedSettings {
  const { settings, unknown } = writtenSettings(texts);
  const refusals = unknown.flatMap(refusalOfUnknown);
  const values: Record<string, unknown> = {};
  const origins: Origin[] = [];
  for (const same of groups(settings)) {
    const judged = same.map((one) => judge(one, policy, refusals));
    const [first, ...others] = judged.toSorted((a, b) => rank(a) - rank(b));
    if (first === undefined) continue;
    const { name, member, source, key } = first.written;
    if (member === '') values[name] = first.value;
    else values[name] = { ...(values[name] as object | undefined), [member]: first.value };
    origins.push({ name, member, source, key, overrides: others.map(({ written }) => placeOf(written)) });
  }
  if (refusals.length > 0) throw unacceptable(refusals);
  return { values, origins };
}

interface Judged {
  readonly written: WrittenSetting;
  readonly value: unknown;
}

function rank({ written }: Judged): number {
  return PRECEDENCE.indexOf(written.source);
}

function placeOf({ source, key }: WrittenSetting): { source: Source; key: string } {
  return { source, key };
}

function groups(settings: readonly WrittenSetting[]): Iterable<readonly WrittenSetting[]> {
  const byName = new Map<string, WrittenSetting[]>();
  for (const one of settings) {
    const name = `${one.name}:${one.member}`;
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return byName.values();
}

function judge(written: WrittenSetting, policy: Policy, refusals: string[]): Judged {
  const setting = settingOf(written.name);
  try {
    refuseForNova(written, setting);
    const rule = ruleOf(policy, written.name, written.member);
    if (rule?.setBy.includes(written.source) !== true) throw new BadSetting(whoMay(rule?.setBy ?? []));
    const value = setting.read(written.text, written.member);
    if (isTenants(written.source)) checkBounds({ setting, value, name: written.member, bounds: rule.bounds });
    return { written, value };
  } catch (error) {
    if (!(error instanceof BadSetting)) throw error;
    refusals.push(`${written.key} in ${SOURCE_WORDS[written.source]}: ${error.message}`);
    return { written, value: undefined };
  }
}

function refuseForNova({ key, source }: WrittenSetting, { novasOnly, alsoCalled }: Setting<unknown>): void {
  const names = alsoCalled[source] ?? [];
  if (!novasOnly || names.includes(key)) return;
  const others = names.length > 0 ? names : (alsoCalled.flavor ?? []);
  throw new BadSetting(`it is called ${others.join(', ')}, so that the scheduler knows of it`);
}

function whoMay(setBy: readonly Source[]): string {
  if (setBy.length === 0) return 'this host lets nobody set it';
  return `it can be set in ${setBy.map((source) => SOURCE_WORDS[source]).join(' or ')} only`;
}

/** In an image's properties other people's names may start as ours do; only what looks like a slip is refused there. */
function refusalOfUnknown({ source, key, name }: UnknownKey): readonly string[] {
  const nearest = nearestName(name, SETTING_NAMES);
  if (source === 'image' && nearest === undefined) return [];
  const hint = nearest === undefined ? '' : `; did you mean ${key.slice(0, -name.length)}${nearest}?`;
  return [`${key} in ${SOURCE_WORDS[source]}: there is no such setting${hint}`];
}

function unacceptable(refusals: readonly string[]): ServiceError {
  const reason = `a setting is refused: ${refusals.join('; ')}`;
  return new ServiceError('Invalid', `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`, {
    nova: { name: 'InstanceUnacceptable', code: 400, kwargs: { reason } },
  });
}
