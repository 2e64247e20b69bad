import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../plane/machine/command.js';
import { readResults, type Result } from './results.js';

/** A part of the tests that is run as a whole: the classes of one module. */
export interface Shard {
  readonly name: string;
  /** Full ids, with attributes, as tempest lists them. */
  readonly tests: readonly string[];
}

export interface Workspace {
  readonly folder: string;
  readonly signal: AbortSignal;
}

const environment = (folder: string): Record<string, string> => ({
  PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: folder,
  LANG: 'C.UTF-8',
});

/** Makes tempest's workspace, with our configuration in it. */
export async function makeWorkspace({ folder, signal }: Workspace, conf: string): Promise<void> {
  await mkdir(join(folder, 'results'), { recursive: true });
  const stestr = '/usr/lib/python3/dist-packages/tempest';
  const lines = [
    '[DEFAULT]',
    `test_path=${stestr}/test_discover`,
    `top_dir=${stestr}`,
    'group_regex=([^\\.]*\\.)*',
    '',
  ];
  await writeFile(join(folder, '.stestr.conf'), lines.join('\n'));
  await writeFile(join(folder, 'tempest.conf'), conf, { mode: 0o600 });
  await run(['stestr', 'init'], { cwd: folder, env: environment(folder), signal, accept: [0, 1] });
}

/** All tests that match, in shards. */
export async function listShards({ folder, signal }: Workspace, regex: string): Promise<Shard[]> {
  const words = ['tempest', 'run', '--config-file', 'tempest.conf', '--list-tests', '--regex', regex];
  const { stdout } = await run(words, { cwd: folder, env: environment(folder), signal });
  const shards = new Map<string, string[]>();
  for (const test of stdout.split('\n').filter((line) => line.startsWith('tempest.'))) {
    const name = test.replace(/\[.*/, '').split('.').slice(0, -2).join('.');
    shards.set(name, [...(shards.get(name) ?? []), test]);
  }
  return [...shards].map(([name, tests]) => ({ name, tests }));
}

/** What an earlier run found for that shard, or null. */
export async function earlier({ folder }: Workspace, shard: Shard): Promise<Result[] | null> {
  try {
    return JSON.parse(await readFile(resultFile(folder, shard), 'utf8')) as Result[];
  } catch {
    return null;
  }
}

/** Runs a shard to its end and remembers what it found. What tempest prints goes to `output.log` of the workspace. */
export async function runShard(space: Workspace, shard: Shard, workers: number): Promise<Result[]> {
  const { folder, signal } = space;
  const list = join(folder, 'shard.txt');
  await writeFile(list, `${shard.tests.join('\n')}\n`);
  const words = ['tempest', 'run', '--config-file', 'tempest.conf', '--load-list', list];
  const { stdout } = await run([...words, '--concurrency', String(workers)], {
    cwd: folder,
    env: environment(folder),
    signal,
    accept: [0, 1],
    logFile: join(folder, 'output.log'),
  });
  const results = readResults(stdout);
  await writeFile(resultFile(folder, shard), JSON.stringify(results, null, 1));
  return results;
}

function resultFile(folder: string, shard: Shard): string {
  return join(folder, 'results', `${shard.name}.json`);
}
