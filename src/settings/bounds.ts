import { BadSetting } from './bad-setting.js';
import type { Bounds, Setting } from './setting.js';

export interface Bounded {
  readonly setting: Setting<unknown>;
  readonly value: unknown;
  /** The member's, in a family. */
  readonly name: string;
  readonly bounds: Bounds;
}

/** Throws BadSetting when a tenant's value is beyond what he may set, saying what he may. */
export function checkBounds(bounded: Bounded): void {
  const { setting, value, name } = bounded;
  if (setting.tenantsMay?.set(value, name) === false) {
    throw new BadSetting(`only a flavor may say that; allowed: ${setting.tenantsMay.text}`);
  }
  checkMeasure(bounded);
  checkNames(bounded);
}

function checkMeasure({ setting: { measure }, value, bounds: { min, max } }: Bounded): void {
  if (measure === undefined) return;
  const amount = measure.of(value);
  if (min !== undefined && amount < min) throw new BadSetting(`at least ${measure.unit.print(min)} is allowed`);
  if (max !== undefined && amount > max) throw new BadSetting(`at most ${measure.unit.print(max)} is allowed`);
}

function checkNames({ setting, value, name, bounds: { allowed, forbidden = [] } }: Bounded): void {
  for (const each of setting.names?.(value, name) ?? []) {
    if (forbidden.some((pattern) => matches(pattern, each))) throw new BadSetting(`${each} is forbidden here`);
    if (allowed !== undefined && !allowed.some((pattern) => matches(pattern, each))) {
      throw new BadSetting(
        `${each} is not among ${allowed.length === 0 ? 'what is allowed: nothing' : allowed.join(', ')}`,
      );
    }
  }
}

/** `*` stands for anything. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[$()+.?[\\\]^{|}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
