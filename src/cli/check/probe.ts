import { messageOf } from '../../errors/kinds.js';

/** What a probe found: a line for people; `advice` when it works, but not for everything. */
export interface Finding {
  readonly found: string;
  readonly advice?: string;
}

/** One dependency of the service, tried as the service would use it. */
export interface Probe {
  readonly name: string;
  /** Probes without which this one can say nothing. */
  readonly needs?: readonly string[];
  /** Throws what is wrong. */
  readonly look: (signal: AbortSignal) => Promise<Finding>;
  /** What to do when it throws. */
  readonly mend: string;
}

export type Outcome =
  | { readonly kind: 'fine'; readonly finding: Finding }
  | { readonly kind: 'wrong'; readonly reason: string; readonly mend: string }
  | { readonly kind: 'skipped'; readonly without: string };

/**
 * Runs the probes in their order, each for at most so long, and tells of every one when it has ended. One whose needs
 * were not met is skipped. True when nothing is wrong.
 */
export async function runProbes(
  probes: readonly Probe[],
  timeoutMs: number,
  tell: (probe: Probe, outcome: Outcome) => void,
): Promise<boolean> {
  const failed = new Set<string>();
  for (const probe of probes) {
    const without = probe.needs?.find((name) => failed.has(name));
    const outcome = without === undefined ? await outcomeOf(probe, timeoutMs) : ({ kind: 'skipped', without } as const);
    if (outcome.kind !== 'fine') failed.add(probe.name);
    tell(probe, outcome);
  }
  return failed.size === 0;
}

async function outcomeOf(probe: Probe, timeoutMs: number): Promise<Outcome> {
  const limit = new AbortController();
  const late = new Error(`No answer within ${timeoutMs / 1000} s.`);
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      limit.abort(late);
      reject(late);
    }, timeoutMs);
  });
  try {
    return { kind: 'fine', finding: await Promise.race([probe.look(limit.signal), overdue]) };
  } catch (error) {
    return { kind: 'wrong', reason: messageOf(error), mend: probe.mend };
  } finally {
    clearTimeout(timer);
  }
}
