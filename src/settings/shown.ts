import { settingOf } from './catalogue.js';
import type { Origin } from './resolve.js';
import { SOURCE_WORDS, type Source } from './source.js';

/** A container as it would be made, for people. */
export interface ShownSpec {
  readonly name: string;
  /** By setting (`env:NAME`): where it was said, and where else without effect. */
  readonly settings: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** The engine's create request. */
  readonly create: Readonly<Record<string, unknown>>;
}

interface Made {
  readonly name: string;
  readonly create: Readonly<Record<string, unknown>>;
  readonly origins: readonly Origin[];
  readonly notes: readonly string[];
}

const HIDDEN = '***';

/** Takes out what may be secret: the values of variables that are called so. */
export function shownSpec({ name, create, origins, notes }: Made): ShownSpec {
  const { isSecret } = settingOf('env');
  const variables = create['Env'] as readonly string[] | undefined;
  const shown = variables?.map((variable) => {
    const key = variable.slice(0, Math.max(0, variable.indexOf('=')));
    return isSecret(key) ? `${key}=${HIDDEN}` : variable;
  });
  return {
    name,
    settings: Object.fromEntries(origins.map((origin) => [settingName(origin), originText(origin)])),
    notes,
    create: { ...create, ...(shown !== undefined && { Env: shown }) },
  };
}

function settingName({ name, member }: Origin): string {
  return member === '' ? name : `${name}:${member}`;
}

function originText({ source, key, overrides }: Origin): string {
  const own = placeText({ source, key });
  return overrides.length === 0 ? own : `${own}, not ${overrides.map(placeText).join(', ')}`;
}

function placeText({ source, key }: { readonly source: Source; readonly key: string }): string {
  return `${key} in ${SOURCE_WORDS[source]}`;
}
