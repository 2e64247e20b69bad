/** How one test ended. */
export interface Result {
  /** Its id without attributes, e.g. `tempest.api.compute.servers.test_x.Class.test_y`. */
  readonly test: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** Why it was skipped. */
  readonly reason?: string;
}

const LINE = /^\{\d+\} (?<test>.+?) \[(?<seconds>[\d.]+)s\] \.\.\. (?<end>ok|FAILED|SKIPPED)(?:: (?<reason>.*))?$/;
const OUTCOMES = { ok: 'passed', FAILED: 'failed', SKIPPED: 'skipped' } as const;

/** Reads what `tempest run` prints. Lines that are no result are passed over. */
export function readResults(output: string): Result[] {
  const results: Result[] = [];
  for (const line of output.split('\n')) {
    const { test = '', seconds = '0', end = 'ok', reason } = LINE.exec(line)?.groups ?? {};
    if (test === '') continue;
    const outcome = OUTCOMES[end as keyof typeof OUTCOMES];
    const found = { test: test.replace(/\[.*\]$/, ''), outcome, seconds: Number(seconds) };
    results.push(reason === undefined ? found : { ...found, reason });
  }
  return results;
}

/** The table of the report: a line for each module. */
export function tableOf(results: readonly Result[]): string {
  const modules = new Map<string, Result[]>();
  for (const result of results) {
    const name = moduleOf(result.test);
    modules.set(name, [...(modules.get(name) ?? []), result]);
  }
  const count = (list: readonly Result[], outcome: Result['outcome']): number =>
    list.filter((result) => result.outcome === outcome).length;
  const row = (name: string, list: readonly Result[]): string => {
    const seconds = list.reduce((sum, result) => sum + result.seconds, 0);
    const cells = [list.length, count(list, 'passed'), count(list, 'failed'), count(list, 'skipped')];
    return `| ${name} | ${cells.join(' | ')} | ${seconds.toFixed(0)} |`;
  };
  return [
    '| module | run | passed | failed | skipped | seconds |',
    '|---|---|---|---|---|---|',
    ...[...modules].sort(([a], [b]) => a.localeCompare(b)).map(([name, list]) => row(name, list)),
    row('**all**', results),
  ].join('\n');
}

/** What was skipped, by reason, most first. */
export function skipsOf(results: readonly Result[]): string {
  const reasons = new Map<string, number>();
  for (const { outcome, reason = 'no reason' } of results)
    if (outcome === 'skipped') reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const lines = [...reasons].sort(([, a], [, b]) => b - a).map(([reason, count]) => `| ${count} | ${reason} |`);
  return ['| skipped | because |', '|---|---|', ...lines].join('\n');
}

/** `tempest.api.compute.servers` of a test there; of a failed preparation, too. */
export function moduleOf(test: string): string {
  const path = /\((.*)\)$/.exec(test)?.[1] ?? test;
  return path
    .split('.')
    .slice(0, path.startsWith('tempest.scenario') ? 3 : 4)
    .join('.');
}
