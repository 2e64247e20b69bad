/** How one test ended. */
export interface Result {
  /** Its id without attributes, e.g. `tempest.api.compute.servers.test_x.Class.test_y`. */
  readonly test: string;
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'not run';
  readonly seconds: number;
  /** Why it was skipped. */
  readonly reason?: string;
}

const LINE = /^\{\d+\} (?<test>.+?)(?: \[(?<seconds>[\d.]+)s\])? \.\.\. (?<end>ok|FAILED|SKIPPED)(?:: (?<reason>.*))?$/;
const OUTCOMES = { ok: 'passed', FAILED: 'failed', SKIPPED: 'skipped' } as const;

/** Reads what `tempest run` prints. Lines that are no result are passed over. */
export function readResults(output: string): Result[] {
  const results: Result[] = [];
  for (const line of output.split('\n')) {
    const { test = '', seconds = '0', end = 'ok', reason } = LINE.exec(line)?.groups ?? {};
    if (test === '') continue;
    const outcome = OUTCOMES[end as keyof typeof OUTCOMES];
    const found = { test: plainName(test), outcome, seconds: Number(seconds) };
    results.push(reason === undefined ? found : { ...found, reason });
  }
  return results;
}

/** A test's id without the attributes behind it. */
export const plainName = (test: string): string => test.replace(/\[.*\]$/, '');

const FIXTURE = /^(?<which>setUpClass|tearDownClass) \((?<of>.*)\)$/;

/**
 * What is known of each of these tests. What is told of a whole class (it is skipped, or could not be prepared) is told of
 * each of its tests; a class that could not be cleaned up is a failure of its own, until it is run again.
 * @param told in the order in which it was told: what came later counts
 */
export function verdicts(tests: readonly string[], told: readonly Result[]): Map<string, Result> {
  const known = new Map<string, Result>();
  const classes = new Set(tests.map(classOf));
  for (const result of told) {
    const { which = 'test', of = classOf(result.test) } = FIXTURE.exec(result.test)?.groups ?? {};
    if (!classes.has(of)) continue;
    known.delete(`tearDownClass (${of})`);
    for (const test of concerned(tests, result, which)) known.set(test, { ...result, test });
  }
  return known;
}

/** The tests that a result is about. */
function concerned(tests: readonly string[], { test, outcome }: Result, which: string): readonly string[] {
  if (which === 'tearDownClass') return outcome === 'failed' ? [test] : [];
  if (which === 'setUpClass') return tests.filter((each) => test === `setUpClass (${classOf(each)})`);
  return tests.includes(test) ? [test] : [];
}

const classOf = (test: string): string => test.slice(0, test.lastIndexOf('.'));

/** `tempest.api.compute.servers` of a test there; of a failed preparation, too. */
export function moduleOf(test: string): string {
  const path = /\((.*)\)$/.exec(test)?.[1] ?? test;
  return path
    .split('.')
    .slice(0, path.startsWith('tempest.scenario') ? 3 : 4)
    .join('.');
}
