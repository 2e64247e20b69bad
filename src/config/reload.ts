import { isDeepStrictEqual } from 'node:util';
import type { Option } from './option.js';
import { tables, type Config } from './tables.js';

export interface Reload {
  /** The running configuration with the new values of the options that may change. Frozen. */
  readonly config: Config;
  /** `[section]name` of what took its new value. */
  readonly changed: readonly string[];
  /** `[section]name` of what was changed but needs a restart. */
  readonly ignored: readonly string[];
}

/**
 * What becomes of a running service when its files are read again.
 *
 * @param mayChange `[section]name` of the options that the caller can change; unset: all that are marked reloadable
 */
export function reloadConfig(running: Config, fresh: Config, mayChange?: ReadonlySet<string>): Reload {
  const changed: string[] = [];
  const ignored: string[] = [];
  const sections = Object.entries(tables).map(([section, { options }]) => {
    const [old, read] = [running, fresh].map((config) => config[section as keyof Config] as Values) as [Values, Values];
    const values = Object.entries(options as Readonly<Record<string, Option<unknown>>>).map(([name, option]) => {
      if (isDeepStrictEqual(old[name], read[name])) return [name, old[name]] as const;
      const full = `[${section}]${name}`;
      const takesOver = option.reloadable === true && mayChange?.has(full) !== false;
      (takesOver ? changed : ignored).push(full);
      return [name, (takesOver ? read : old)[name]] as const;
    });
    return [section, Object.freeze(Object.fromEntries(values))] as const;
  });
  return { config: Object.freeze(Object.fromEntries(sections)) as Config, changed, ignored };
}

type Values = Readonly<Record<string, unknown>>;
