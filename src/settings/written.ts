import { isSettingName, SETTING_NAMES, settingOf, type SettingName } from './catalogue.js';
import { SOURCES, type Source } from './source.js';

/** The texts that may hold settings of an instance. */
export interface SettingTexts {
  /** Extra specs. */
  readonly flavor: Readonly<Record<string, string>>;
  /** Properties. */
  readonly image: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A setting as it is written somewhere. */
export interface WrittenSetting {
  readonly name: SettingName;
  /** Of a family; empty otherwise. */
  readonly member: string;
  readonly source: Source;
  /** The whole key, as it is written there. */
  readonly key: string;
  readonly text: string;
}

/** A key under our prefix that means nothing. */
export interface UnknownKey {
  readonly source: Source;
  readonly key: string;
  /** Without the prefix. */
  readonly name: string;
}

export interface Written {
  readonly settings: readonly WrittenSetting[];
  readonly unknown: readonly UnknownKey[];
}

/** Glance's clients do not like colons, so images have it otherwise. */
const PREFIX: Readonly<Record<Source, string>> = { flavor: 'docker:', image: 'docker_', metadata: 'docker:' };
const DIVIDER: Readonly<Record<Source, string>> = { flavor: ':', image: '_', metadata: ':' };

/** What the service itself writes into the metadata of servers. */
const OWN_KEYS: ReadonlySet<string> = new Set(['docker:exit', 'docker:health']);

/** Everything that is set for an instance, wherever it stands. A blank text sets nothing, save a family's member. */
export function writtenSettings(texts: SettingTexts): Written {
  const settings: WrittenSetting[] = [];
  const unknown: UnknownKey[] = [];
  for (const source of SOURCES) {
    const others = otherNames(source);
    for (const [key, text] of Object.entries(texts[source])) {
      if (key.startsWith(PREFIX[source])) {
        const rest = key.slice(PREFIX[source].length);
        const found = settingNamed(rest, DIVIDER[source]);
        if (found === undefined) unknown.push({ source, key, name: rest });
        else settings.push({ ...found, source, key, text });
      }
      const name = others.get(key);
      if (name !== undefined && texts[source][PREFIX[source] + name] === undefined) {
        settings.push({ name, member: '', source, key, text });
      }
    }
  }
  return {
    settings: settings.filter(({ member, text }) => member !== '' || text.trim() !== ''),
    unknown: unknown.filter(({ source, key }) => source !== 'metadata' || !OWN_KEYS.has(key)),
  };
}

/** `stop_signal`, or `env:NAME` of a family. */
function settingNamed(rest: string, divider: string): { name: SettingName; member: string } | undefined {
  if (isSettingName(rest) && !settingOf(rest).isFamily) return { name: rest, member: '' };
  const family = SETTING_NAMES.find((name) => settingOf(name).isFamily && rest.startsWith(name + divider));
  const member = family === undefined ? '' : rest.slice(family.length + 1);
  return family === undefined || member === '' ? undefined : { name: family, member };
}

function otherNames(source: Source): ReadonlyMap<string, SettingName> {
  return new Map(
    SETTING_NAMES.flatMap((name) => (settingOf(name).alsoCalled[source] ?? []).map((other) => [other, name] as const)),
  );
}
