import { stripVTControlCharacters } from 'node:util';
import { Trouble } from '../plane/trouble.js';

/** The parts of a test run, in their order. */
export const STAGES = ['lint', 'types', 'rules', 'unit', 'contract', 'e2e', 'tempest'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * What mocha runs, and how long one test may take where it says nothing itself. The limit is there for what hangs: a test that
 * mocha gives up goes on beside the next ones, so its own waits, which say what they wait for, have to end first.
 */
export const MOCHA: Readonly<Partial<Record<Stage, { readonly spec: string; readonly timeoutMs: number }>>> = {
  unit: { spec: 'test/unit/**/*.test.ts', timeoutMs: 60_000 },
  contract: { spec: 'test/contract/**/*.test.ts', timeoutMs: 300_000 },
  e2e: { spec: 'test/e2e/**/*.test.ts', timeoutMs: 600_000 },
};

/** The checks that are one command each; together they count as so many tests. */
export const CHECKS: Readonly<Partial<Record<Stage, readonly (readonly string[])[]>>> = {
  lint: [
    ['eslint', '.'],
    ['prettier', '--check', '.'],
  ],
  types: [['tsc', '-p', 'tsconfig.json', '--noEmit']],
  rules: [['depcruise', '--config', '.dependency-cruiser.cjs', 'src']],
};

export interface Request {
  readonly stages: readonly Stage[];
  /** What mocha gets besides: options, and files in place of the stage's own. */
  readonly mocha: readonly string[];
}

/**
 * `[STAGE...] [mocha's own options and files]`; all stages when none is named.
 * @throws Trouble for a first word that is neither a stage nor an option nor a file
 */
export function readRequest(args: readonly string[]): Request {
  const isStage = (word: string): word is Stage => STAGES.some((stage) => stage === word);
  const named = args.slice(
    0,
    args.findIndex((word) => !isStage(word)) === -1 ? args.length : args.findIndex((word) => !isStage(word)),
  );
  const rest = args.slice(named.length);
  const [next] = rest;
  if (next !== undefined && !next.startsWith('-') && !next.endsWith('.ts')) {
    throw new Trouble(`"${next}" is no part of the tests`, {
      hint: `one of ${STAGES.join(', ')}, or tools/test --help`,
    });
  }
  const stages = STAGES.filter((stage) => named.length === 0 || named.includes(stage));
  if (rest.length > 0 && stages.some((stage) => MOCHA[stage] === undefined)) {
    throw new Trouble('options for mocha need a part that mocha runs', { hint: `tools/test unit ${rest.join(' ')}` });
  }
  return { stages, mocha: rest };
}

/** Mocha's arguments of a stage. */
export function mochaArguments(stage: Stage, more: readonly string[]): string[] {
  const suite = MOCHA[stage];
  if (suite === undefined) throw new Error(`mocha runs nothing for ${stage}`);
  const files = more.some((word) => word.endsWith('.ts')) ? [] : [suite.spec];
  return ['--timeout', String(suite.timeoutMs), ...more, ...files];
}

/** So much of a part's failures is said again at the end of a run; the rest stands where it happened. */
const ACCOUNT_LINES = 80;

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /**
   * What failed and why, said again at the end of a run: a CI that cuts long output keeps the end. Also where nothing failed
   * in the end, because it passed when it was run once more.
   */
  readonly account?: readonly string[];
}

/** True once mocha has printed its closing lines. */
export function hasEnded(output: string): boolean {
  return /^ {2}\d+ passing \(/m.test(stripVTControlCharacters(output));
}

/**
 * What mocha's closing lines say. A run that ended badly without a failing test (a crash, a file that does not load) counts
 * as one failure, so that no run is green that should not be.
 */
export function countMocha(output: string, code: number): Count {
  const plain = stripVTControlCharacters(output);
  const last = (word: string): number =>
    Number([...plain.matchAll(new RegExp(`^ {2}(\\d+) ${word}`, 'gm'))].at(-1)?.[1] ?? 0);
  const [passed, failed, skipped] = [last('passing'), last('failing'), last('pending')];
  const account = failed === 0 && code === 0 ? [] : accountOf(plain);
  return { passed, failed: code !== 0 && failed === 0 ? 1 : failed, skipped, account };
}

/** Mocha's own account of the tests that failed; of a run that broke off, its end. */
function accountOf(plain: string): string[] {
  const lines = plain.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => /^ {2}\d+ failing$/.test(line));
  return from === -1 ? lines.slice(-ACCOUNT_LINES) : lines.slice(from, from + ACCOUNT_LINES);
}

/** What the closing line of tools/tempest says; as with mocha, a bad end is never green. */
export function countTempest(output: string, code: number): Count {
  const said = [...output.matchAll(/^\d+ tests: (\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1);
  const [passed = 0, failed = 0, skipped = 0] = (said ?? []).slice(1).map(Number);
  const ended = said !== undefined && (code === 0 || failed > 0);
  const account = code === 0 ? [] : output.split('\n').filter((line) => line.startsWith('failed: '));
  return { passed, failed: ended ? failed : Math.max(failed, 1), skipped, account };
}

export function addCounts(counts: readonly Count[]): Count {
  return counts.reduce<Count>(
    (sum, count) => ({
      passed: sum.passed + count.passed,
      failed: sum.failed + count.failed,
      skipped: sum.skipped + count.skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  );
}

/**
 * Of a part of which what failed was run once more, by itself: that counts. What had failed is not forgotten.
 */
export function countAgain(first: Count, again: Count): Count {
  const passed = first.passed + Math.max(0, first.failed - again.failed);
  return { ...again, passed, skipped: first.skipped, account: [...(first.account ?? []), ...(again.account ?? [])] };
}

/** What failed in each part, to be said before the last line. */
export function accounts(stages: readonly Stage[], counts: readonly Count[]): string[] {
  return counts.flatMap(({ failed, account = [] }, index) => {
    const what = failed === 0 ? 'unsteady, failed and passed when it was run once more by itself' : 'failed';
    return account.length === 0 && failed === 0 ? [] : ['', `== ${what}: ${stages[index]}`, ...account];
  });
}

/** The last line of a run. */
export function closingLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}
