import type { Source } from './source.js';
import { bytesText, readBytes, readInteger, readSeconds } from './values.js';

/** What may bound a setting: `min` and `max` of its measure, `allowed` and `forbidden` patterns (`*`) of its names. */
export type BoundName = 'min' | 'max' | 'allowed' | 'forbidden';

/** A policy's bounds for one setting. They bind tenants; a flavor is the operator's own word. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly allowed?: readonly string[];
  readonly forbidden?: readonly string[];
}

/** Of what a measure is a number. */
export interface Unit {
  readonly read: (text: string) => number;
  readonly print: (amount: number) => string;
}

export const BYTES: Unit = { read: readBytes, print: bytesText };
export const SECONDS: Unit = { read: readSeconds, print: (amount) => `${amount}s` };
export const COUNT: Unit = { read: readInteger(0), print: String };

/** One thing that can be set of an instance's container. */
export interface Setting<T> {
  /** Reads a text; `name` is the member's in a family. Throws BadSetting. */
  readonly read: (text: string, name: string) => T;
  /**
   * `operator`: no policy can give it to tenants, since it reaches privileges, devices or the host; `anybody`: the policy
   * decides.
   */
  readonly reach: 'operator' | 'anybody';
  /** A family has members, each set by itself: `docker:env:NAME`. */
  readonly isFamily: boolean;
  /** Names beside `docker:NAME` (image: `docker_NAME`) by which it is known. */
  readonly alsoCalled: Partial<Readonly<Record<Source, readonly string[]>>>;
  /** It has those names only: Nova itself reads them too, and what it was not told of it would give to others. */
  readonly novasOnly: boolean;
  /** What `min` and `max` measure. */
  readonly measure?: { readonly unit: Unit; readonly of: (value: T) => number };
  /** What `allowed` and `forbidden` name. */
  readonly names?: (value: T, name: string) => readonly string[];
  /** What no policy can give to tenants, though they may set other values; a text says what they may set. */
  readonly tenantsMay?: { readonly set: (value: T, name: string) => boolean; readonly text: string };
  /** The value must not be shown: it may be a secret. */
  readonly isSecret: (name: string) => boolean;
}

type Special<T> = Partial<Omit<Setting<T>, 'read' | 'isFamily'>>;

const USUAL = { reach: 'anybody', alsoCalled: {}, novasOnly: false, isSecret: () => false } as const;

/** A setting with one value. */
export function single<T>(read: (text: string) => T, special: Special<T> = {}): Setting<T> & { isFamily: false } {
  return { ...USUAL, ...special, read, isFamily: false };
}

/** A setting with a value for each of its members. */
export function family<T>(
  read: (text: string, name: string) => T,
  special: Special<T> = {},
): Setting<T> & { isFamily: true } {
  return { ...USUAL, ...special, read, isFamily: true };
}
