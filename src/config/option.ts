import type { ValueType } from './values/value-type.js';

/** What the machine says about itself, for defaults that depend on it. */
export interface HostFacts {
  readonly hostname: string;
  /** The address from which this machine reaches others. */
  readonly ipv4: string;
}

/** A former place of an option that is still read, with a warning. What is left out is as today. */
export interface OldName {
  readonly group?: string;
  readonly name?: string;
}

interface Facts {
  /** For the operator: what the option does, in whole sentences. */
  readonly help: string;
  /** Never shown: not in logs, not in error texts. */
  readonly secret?: boolean;
  /** A running service takes a new value on SIGHUP. */
  readonly reloadable?: boolean;
  readonly oldNames?: readonly OldName[];
  /** What the sample file shows where the default depends on the host. */
  readonly sampleDefault?: string;
  /** Also a command line option (`--log-file x`, `--debug`, `--nodebug`), as oslo.log has them. */
  readonly commandLine?: boolean;
  /** Read for the sake of files that have it; what does its work here, or why there is none. */
  readonly idle?: string;
  /** A setting of keystoneauth's plugin: read from the section that `auth_section` names, if it names one. */
  readonly auth?: boolean;
}

/** A text default is a template like a text in a file: `$other` in it is replaced. */
type Default<T> = T | ((facts: HostFacts) => T);

/** One option of nova.conf. `T` is the type of its value in `Config`. */
export interface Option<T> extends Facts {
  readonly type: ValueType<unknown>;
  /** Repeated keys add up, over all files, instead of replacing each other (oslo.config's MultiOpt). */
  readonly multi: boolean;
  readonly default: Default<T> | undefined;
}

/** An option that always has a value. */
export function option<T>(type: ValueType<T | undefined>, facts: Facts & { default: Default<NoInfer<T>> }): Option<T>;
/** An option that may be unset: its value is then undefined. */
export function option<T>(type: ValueType<T | undefined>, facts: Facts): Option<T | undefined>;
export function option<T>(
  type: ValueType<T | undefined>,
  facts: Facts & { default?: Default<T> },
): Option<T | undefined> {
  return { ...facts, type, multi: false, default: facts.default };
}

/** An option that may stand several times; all its values count, those of earlier files first. */
export function repeatedOption<T>(type: ValueType<T>, facts: Facts): Option<readonly T[]> {
  return { ...facts, type, multi: true, default: [] };
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** A `[section]` of nova.conf, as far as this service reads it. */
export interface Section<O extends Options = Options> {
  readonly help: string;
  readonly options: O;
}

/** The value of every option of a section, by Nova's own names. */
export type SectionValues<S extends Section> = {
  readonly [Name in keyof S['options']]: S['options'][Name] extends Option<infer T> ? T : never;
};
