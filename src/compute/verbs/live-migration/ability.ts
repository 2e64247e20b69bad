import { ServiceError } from '../../../errors/kinds.js';
import type { Args } from '../../operation.js';
import type { CheckpointAbility } from '../../ports/checkpoints.js';

const SHOWN_FLAGS = 5;

/**
 * Why processes that were written on one host would not run on another: one sentence each; [] when nothing speaks against
 * it. CRIU and Linux read what older ones wrote, not the other way round; engines of another major version lay checkpoints
 * out in their own ways; programs go on using what they found the processors to have. Pure.
 */
export function obstacles(from: CheckpointAbility, to: CheckpointAbility): readonly string[] {
  const missing = from.cpuFlags.filter((flag) => !to.cpuFlags.includes(flag));
  return [
    ...(numbersOf(from.engine)[0] === numbersOf(to.engine)[0]
      ? []
      : [`its engine is ${to.engine} and that of the server's host ${from.engine}`]),
    ...(isOlder(to.criu, from.criu) ? [`its CRIU ${to.criu} is older than ${from.criu}`] : []),
    ...(isOlder(to.kernel, from.kernel) ? [`its kernel ${to.kernel} is older than ${from.kernel}`] : []),
    ...(missing.length === 0 ? [] : [`its processors have no ${shown(missing)}`]),
  ];
}

/** As one host tells the other in the request. Throws Invalid for what is no such thing: an older service asks. */
export function abilityArg(args: Args): CheckpointAbility {
  const told = (args['ability'] ?? {}) as Partial<Record<keyof CheckpointAbility, unknown>>;
  const { engine, criu, kernel, cpuFlags } = told;
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (isText(engine) && isText(criu) && isText(kernel) && Array.isArray(cpuFlags) && cpuFlags.every(isText)) {
    return { engine, criu, kernel, cpuFlags };
  }
  throw new ServiceError('Invalid', 'The other host does not tell what it can take up.');
}

/** By major and minor number. What has no numbers is not older than anything. */
function isOlder(one: string, other: string): boolean {
  const [[major, minor = 0], [otherMajor, otherMinor = 0]] = [numbersOf(one), numbersOf(other)];
  if (major === undefined || otherMajor === undefined) return false;
  return major === otherMajor ? minor < otherMinor : major < otherMajor;
}

function numbersOf(version: string): readonly number[] {
  const [text = ''] = /\d+(\.\d+)*/.exec(version) ?? [];
  return text === '' ? [] : text.split('.').map(Number);
}

function shown(flags: readonly string[]): string {
  const more = flags.length - SHOWN_FLAGS;
  return `${flags.slice(0, SHOWN_FLAGS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
