import type { Config } from '../config/tables.js';

/** The configuration that is in force; SIGHUP puts another one in its place. */
export class LiveConfig {
  readonly #listeners: ((config: Config) => void)[] = [];

  constructor(private config: Config) {}

  get current(): Config {
    return this.config;
  }

  replace(config: Config): void {
    this.config = config;
    for (const listener of this.#listeners) listener(config);
  }

  /** Told of each configuration to come, for those whom reading again is not enough. */
  onChange(listener: (config: Config) => void): void {
    this.#listeners.push(listener);
  }
}

/**
 * Settings that always read as those of the configuration in force, for rooms that keep them for life: what reads a
 * member when it needs it sees a change at once.
 */
export function following<T extends object>(live: LiveConfig, make: (config: Config) => T): T {
  let seen: { readonly config: Config; readonly settings: T } | undefined;
  const settings = (): T => {
    if (seen?.config !== live.current) seen = { config: live.current, settings: make(live.current) };
    return seen.settings;
  };
  return new Proxy({} as T, {
    get: (_target, key) => Reflect.get(settings(), key) as unknown,
    has: (_target, key) => Reflect.has(settings(), key),
    ownKeys: () => Reflect.ownKeys(settings()),
    getOwnPropertyDescriptor: (_target, key) => {
      const found = Reflect.getOwnPropertyDescriptor(settings(), key);
      return found && { ...found, configurable: true };
    },
    set: () => false,
  });
}
