import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../plane/machine/command.js';
import { tell, told } from './record.js';
import { plainName, readResults, verdicts, type Result } from './results.js';

/** A part of the tests that one tempest runs: whole modules. */
export interface Shard {
  readonly name: string;
  /** Full ids, with attributes, as tempest lists them. */
  readonly tests: readonly string[];
}

export interface Workspace {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Hears of results as they come. */
  readonly heard: (results: readonly Result[]) => void;
}

/** Each start of tempest costs some ten seconds of processor time; each shard that is interrupted, its open classes. */
const SHARD_SIZE = 250;

const environment = (folder: string): Record<string, string> => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: folder,
  LANG: 'C.UTF-8',
  // Results are wanted as they come.
  PYTHONUNBUFFERED: '1',
});

/** Makes tempest's workspace, with our configuration in it. */
export async function makeWorkspace({ folder, signal }: Workspace, conf: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const stestr = '/usr/lib/python3/dist-packages/tempest';
  const lines = [
    '[DEFAULT]',
    `test_path=${stestr}/test_discover`,
    `top_dir=${stestr}`,
    // A class runs in one worker; scenarios, which are long and have nothing in common, each wherever there is room. But
    // those of one class about guaranteed minima all take the same VLAN.
    'group_regex=tempest\\.scenario\\.test_network_qos_placement\\.\\w+|tempest\\.scenario\\..*|([^\\.]*\\.)*',
    '',
  ];
  await writeFile(join(folder, '.stestr.conf'), lines.join('\n'));
  await writeFile(join(folder, 'tempest.conf'), conf, { mode: 0o600 });
  await run(['stestr', 'init'], { cwd: folder, env: environment(folder), signal, accept: [0, 1] });
}

/** All tests that match, by their full ids. */
export async function listTests({ folder, signal }: Workspace, regex: string): Promise<string[]> {
  const words = ['tempest', 'run', '--config-file', 'tempest.conf', '--list-tests', '--regex', regex];
  const { stdout } = await run(words, { cwd: folder, env: environment(folder), signal });
  return stdout.split('\n').filter((line) => line.startsWith('tempest.'));
}

/** Divides tests into shards, by modules. */
export function shardsOf(tests: readonly string[], size = SHARD_SIZE): Shard[] {
  const modules = new Map<string, string[]>();
  for (const test of tests.toSorted()) {
    const name = plainName(test).split('.').slice(0, -2).join('.');
    modules.set(name, [...(modules.get(name) ?? []), test]);
  }
  const shards: Shard[] = [];
  let open: { name: string; tests: string[] } | undefined;
  for (const [name, members] of modules) {
    if (open === undefined || open.tests.length + members.length > size) {
      open = { name, tests: [] };
      shards.push(open);
    }
    open.tests.push(...members);
  }
  return shards;
}

/**
 * Runs a shard to its end. Each result is on disk when it is there; a test that has none in the end failed. What tempest
 * prints goes to `output.log` of the workspace.
 */
export async function runShard(space: Workspace, shard: Shard, workers: number): Promise<void> {
  const { folder, signal } = space;
  const list = join(folder, 'shard.txt');
  await writeFile(list, `${shard.tests.join('\n')}\n`);
  const words = ['tempest', 'run', '--config-file', 'tempest.conf', '--load-list', list];
  const before = told(folder).results.length;
  const began = performance.now();
  let rest = '';
  const onOutput = (text: string): void => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    const results = readResults(lines.join('\n'));
    tell(folder, results);
    space.heard(results);
  };
  try {
    await run([...words, '--concurrency', String(workers)], {
      cwd: folder,
      env: environment(folder),
      signal,
      accept: [0, 1],
      logFile: join(folder, 'output.log'),
      onOutput,
    });
  } finally {
    tell(folder, [{ ran: (performance.now() - began) / 1000 }]);
  }
  const tests = shard.tests.map(plainName);
  const known = verdicts(tests, told(folder).results.slice(before));
  const lost = tests.filter((test) => !known.has(test));
  tell(
    folder,
    lost.map((test) => ({ test, outcome: 'failed', seconds: 0, reason: 'tempest ended without a result' })),
  );
}
