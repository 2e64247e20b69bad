import { moduleOf, type Result } from './results.js';
import type { SkipList } from './skip-list.js';

/** What a report says beside the results. */
export interface About {
  /** The command that made it. */
  readonly command: string;
  /** Tempest's configuration without its secrets. */
  readonly conf: string;
  /** Versions, machine, date: a line each. */
  readonly facts: readonly string[];
  readonly seconds: number;
  readonly skipList: SkipList;
}

const count = (list: readonly Result[], outcome: Result['outcome']): number =>
  list.filter((result) => result.outcome === outcome).length;

/** `595 tests: 500 passed, 0 failed, 95 skipped`, and how many were not run where a run is not complete. */
export function countsOf(results: readonly Result[]): string {
  const [passed, failed, skipped] = [count(results, 'passed'), count(results, 'failed'), count(results, 'skipped')];
  const waiting = count(results, 'not run');
  const rest = waiting === 0 ? '' : `, ${waiting} not run`;
  return `${results.length} tests: ${passed} passed, ${failed} failed, ${skipped} skipped${rest}`;
}

/** The whole report, as Markdown. */
export function reportOf(results: readonly Result[], about: About): string {
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  const waiting = results.filter(({ outcome }) => outcome === 'not run');
  const parts = [
    '# Judged by Tempest',
    `Made by \`${about.command}\`; do not edit.`,
    about.facts.map((fact) => `- ${fact}`).join('\n'),
    `**${countsOf(results)}**, in ${(about.seconds / 60).toFixed(0)} minutes.`,
    tableOf(results),
    `## Failed\n\n${failed.length === 0 ? 'None.' : failed.map(failureOf).join('\n')}`,
    ...(waiting.length === 0 ? [] : [`## Not run yet\n\n${waiting.map(failureOf).join('\n')}`]),
    `## Skipped by ours (\`tools/judge/skips.txt\`)\n\n${oursOf(results, about.skipList)}`,
    `## Skipped by tempest itself\n\n${skipsOf(results.filter(({ test }) => !about.skipList.has(test)))}`,
    `## tempest.conf\n\n\`\`\`ini\n${about.conf.trim()}\n\`\`\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

const failureOf = ({ test, reason }: Result): string => `- \`${test}\`${reason === undefined ? '' : `: ${reason}`}`;

/** A line for each module. */
export function tableOf(results: readonly Result[]): string {
  const modules = new Map<string, Result[]>();
  for (const result of results) {
    const name = moduleOf(result.test);
    modules.set(name, [...(modules.get(name) ?? []), result]);
  }
  const row = (name: string, list: readonly Result[]): string => {
    const seconds = list.reduce((sum, result) => sum + result.seconds, 0);
    const ran = list.length - count(list, 'skipped') - count(list, 'not run');
    const cells = [list.length, ran, count(list, 'passed'), count(list, 'failed'), count(list, 'skipped')];
    return `| ${name} | ${cells.join(' | ')} | ${seconds.toFixed(0)} |`;
  };
  return [
    '| module | tests | run | passed | failed | skipped | seconds |',
    '|---|---|---|---|---|---|---|',
    ...[...modules].sort(([a], [b]) => a.localeCompare(b)).map(([name, list]) => row(name, list)),
    row('**all**', results),
  ].join('\n');
}

function oursOf(results: readonly Result[], skipList: SkipList): string {
  const lines = results
    .filter(({ test, outcome }) => outcome === 'skipped' && skipList.has(test))
    .map(({ test, reason = '' }) => `| \`${test}\` | ${reason} |`);
  return lines.length === 0 ? 'None.' : ['| test | because |', '|---|---|', ...lines].join('\n');
}

/** What was skipped, by reason, most first. */
export function skipsOf(results: readonly Result[]): string {
  const reasons = new Map<string, string[]>();
  for (const { test, outcome, reason = 'no reason' } of results)
    if (outcome === 'skipped') reasons.set(reason, [...(reasons.get(reason) ?? []), test]);
  const lines = [...reasons]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([reason, tests]) => `| ${tests.length} | ${reason} | ${[...new Set(tests.map(classOf))].join(', ')} |`);
  return ['| tests | because | of |', '|---|---|---|', ...lines].join('\n');
}

/** `test_x.Class`. */
const classOf = (test: string): string => test.split('.').slice(-3, -1).join('.');
