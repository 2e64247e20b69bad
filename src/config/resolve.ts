import type { HostFacts, Option, Section } from './option.js';
import { describeProblem, type ConfigProblem } from './problems.js';
import { textOf } from './python-text.js';
import { substitute } from './substitution.js';
import { BadValue } from './values/value-type.js';
import { normalizeGroup, placesOf, type Written, type WrittenTexts } from './written.js';

export type Tables = Readonly<Record<string, Section>>;

type Outcome = { readonly value: unknown } | 'failed';

/** A reference leads to an option whose own problem is told already. */
class DependsOnFailure extends Error {}

/** A reference that leads nowhere; the message says why. */
class BadReference extends Error {}

/**
 * Turns texts into values: finds what was written for an option, replaces `$references` in it, and converts it.
 * Collects problems instead of throwing, so that all of them can be told at once.
 */
export class Resolver {
  readonly problems: ConfigProblem[] = [];
  /** Things to tell that do not keep the service from starting, e.g. a deprecated name. */
  readonly notes: string[] = [];
  private readonly outcomes = new Map<string, Outcome | 'running'>();

  constructor(
    private readonly tables: Tables,
    private readonly texts: WrittenTexts,
    private readonly facts: HostFacts,
  ) {}

  /** All values of a section, by name. A value with a problem is missing. */
  section(group: string): Record<string, unknown> {
    const names = Object.keys(this.tables[group]?.options ?? {});
    return Object.fromEntries(names.map((name) => [name, valueIn(this.resolve(group, name))]));
  }

  /** Where an option was set; undefined if nowhere. */
  placeOf(group: string, name: string): Written | undefined {
    const option = this.tables[group]?.options[name];
    return option && this.texts.find(this.groupFor(group, option), name, option).at(-1);
  }

  private resolve(group: string, name: string): Outcome {
    const key = `${group}.${name}`;
    const known = this.outcomes.get(key);
    if (known === 'running') throw new BadReference(`refers to itself through [${group}]${name}`);
    if (known !== undefined) return known;
    const option = this.tables[group]?.options[name];
    const outcome = option === undefined ? 'failed' : this.guarded(key, () => this.compute(group, name, option));
    this.outcomes.set(key, outcome);
    return outcome;
  }

  private compute(group: string, name: string, option: Option<unknown>): Outcome {
    const source = this.groupFor(group, option);
    const written = this.texts.find(source, name, option);
    this.noteOldNames(group, name, written);
    if (written.length === 0) return this.attempt(`[${group}]${name}`, undefined, () => this.defaultOf(group, option));
    const values = written.map((each) =>
      this.attempt(labelOf(source, name, option, each), each, () => {
        const value = option.type.parse(this.substituted(each.text, source));
        if (value === undefined && option.default !== undefined) throw new BadValue('expected a value');
        return value;
      }),
    );
    if (values.includes('failed')) return 'failed';
    return { value: option.multi ? values.map(valueIn) : valueIn(values.at(-1) ?? 'failed') };
  }

  private attempt(label: string, place: Written | undefined, work: () => unknown): Outcome {
    try {
      return { value: work() };
    } catch (error) {
      if (error instanceof DependsOnFailure) return 'failed';
      if (!(error instanceof BadValue || error instanceof BadReference)) throw error;
      this.problems.push({ ...(place ?? { file: 'defaults' }), text: `${label}: ${error.message}` });
      return 'failed';
    }
  }

  private defaultOf(group: string, option: Option<unknown>): unknown {
    const given: unknown =
      typeof option.default === 'function'
        ? (option.default as (facts: HostFacts) => unknown)(this.facts)
        : option.default;
    return typeof given === 'string' ? option.type.parse(this.substituted(given, group)) : given;
  }

  /** keystoneauth takes the settings of its plugin from the section that `auth_section` names. */
  private groupFor(group: string, option: Option<unknown>): string {
    if (option.auth !== true) return group;
    const other = valueIn(this.resolve(group, 'auth_section'));
    return typeof other === 'string' ? normalizeGroup(other) : group;
  }

  private substituted(text: string, group: string): string {
    return substitute(text, (name) => this.referred(name, group));
  }

  /**
   * In a section `$name` means the section's own option, then that of [DEFAULT]; `$group.name` that of the group. An
   * option of Nova that no table here knows counts only as far as the files set it.
   */
  private referred(name: string, group: string): string {
    const dot = name.indexOf('.');
    const places =
      dot < 0
        ? [
            [group, name],
            ['DEFAULT', name],
          ]
        : [[name.slice(0, dot), name.slice(dot + 1)]];
    for (const [section = '', option = ''] of places) {
      const today = this.todaysName(section, option);
      if (today !== undefined) return this.textOfOption(...today);
    }
    for (const [section = '', option = ''] of places) {
      const unknown = this.texts.findUnknown(section, option);
      if (unknown !== undefined) {
        return this.guarded(`${section}.${option}`, () => this.substituted(unknown.text, section));
      }
    }
    throw new BadReference(`$${name} refers to no known option (write $$ for a dollar sign)`);
  }

  private textOfOption(group: string, name: string): string {
    const outcome = this.resolve(group, name);
    if (outcome === 'failed') throw new DependsOnFailure();
    const { type, multi } = this.tables[group]?.options[name] ?? {};
    if (multi === false && typeof outcome.value === 'number' && type !== undefined) return type.format(outcome.value);
    return textOf(outcome.value);
  }

  private guarded<T>(key: string, work: () => T): T {
    if (this.outcomes.get(key) === 'running') throw new BadReference(`refers to itself through ${key}`);
    this.outcomes.set(key, 'running');
    try {
      return work();
    } finally {
      this.outcomes.delete(key);
    }
  }

  private todaysName(group: string, name: string): [group: string, name: string] | undefined {
    if (this.tables[group]?.options[name] !== undefined) return [group, name];
    for (const [section, { options }] of Object.entries(this.tables)) {
      for (const [today, option] of Object.entries(options)) {
        const isThis = placesOf(section, today, option).some((place) => place[0] === group && place[1] === name);
        if (isThis) return [section, today];
      }
    }
    return undefined;
  }

  private noteOldNames(group: string, name: string, written: readonly Written[]): void {
    for (const { under, file, line } of written) {
      if (under === undefined) continue;
      const text = `[${under.group}]${under.name} is an old name: use [${group}]${name}`;
      this.notes.push(describeProblem({ file, text, ...(line === undefined ? {} : { line }) }));
    }
  }
}

function valueIn(outcome: Outcome): unknown {
  return outcome === 'failed' ? undefined : outcome.value;
}

/** Names the option, and what was written where that can be no secret. */
function labelOf(group: string, name: string, option: Option<unknown>, written: Written): string {
  const telling = option.secret !== true && !/[@\n]|:\/\//.test(written.text) && written.text.length <= 60;
  const { group: section, name: key } = written.under ?? { group, name };
  return `[${section}]${key}${telling ? ` = ${written.text}` : ''}`;
}
