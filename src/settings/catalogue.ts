import { cpuAndDiskSettings } from './catalogue/cpu-and-disk.js';
import { fileSettings } from './catalogue/files.js';
import { healthSettings } from './catalogue/health.js';
import { limitSettings } from './catalogue/limits.js';
import { processSettings } from './catalogue/process.js';
import { securitySettings } from './catalogue/security.js';
import type { Setting } from './setting.js';

/** All that can be set of an instance's container, by the names that people write. */
export const CATALOGUE = {
  ...processSettings,
  ...healthSettings,
  ...fileSettings,
  ...limitSettings,
  ...securitySettings,
  ...cpuAndDiskSettings,
};

type Catalogue = typeof CATALOGUE;
export type SettingName = keyof Catalogue;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/**
 * What is set of one instance's container; absent is "as usual". Families are records by member. Named as people write
 * them, so that a text about a setting and the code that makes it work are found by the same word.
 */
export type InstanceSettings = {
  readonly [Name in SettingName]?: Catalogue[Name] extends { isFamily: true }
    ? Readonly<Record<string, ValueOf<Catalogue[Name]>>>
    : ValueOf<Catalogue[Name]>;
};

export const SETTING_NAMES = Object.keys(CATALOGUE) as readonly SettingName[];

export function settingOf(name: SettingName): Setting<unknown> {
  return CATALOGUE[name] as Setting<unknown>;
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(CATALOGUE, name);
}
