import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CHECKOUT, planesFolder } from '../plane/plane.js';
import { countAgain, countMocha, hasEnded, mochaArguments, type Count, type Stage } from './stages.js';

/** How long mocha may take to end after its closing lines; a handle that a test left open would keep it for ever. */
const PATIENCE_MS = 30_000;

/** Runs mocha with these arguments behind the words of `enter`; its output is also ours. */
export function runMocha(
  args: readonly string[],
  enter: readonly string[],
  signal: AbortSignal,
  env: Readonly<Record<string, string>> = {},
): Promise<Count> {
  const colour = process.stdout.isTTY ? ['--color'] : [];
  const argv = [...enter, process.execPath, join(CHECKOUT, 'node_modules/mocha/bin/mocha.js'), ...colour, ...args];
  const [program = '', ...words] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: CHECKOUT,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    let output = '';
    let patience: NodeJS.Timeout | undefined;
    let stuck = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
      if (patience !== undefined || !hasEnded(output.slice(-4000))) return;
      patience = setTimeout(() => {
        stuck = true;
        child.kill('SIGKILL');
      }, PATIENCE_MS);
    });
    const handOn = (): void => {
      child.kill('SIGTERM');
    };
    signal.addEventListener('abort', handOn, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(patience);
      signal.removeEventListener('abort', handOn);
      if (stuck)
        console.log('mocha did not end after its last test: a test left a timer, a socket or a process behind');
      resolve(countMocha(output, code ?? 1));
    });
  });
}

/** So many files may have failed for a second look at them; more is no accident. */
const UNSTEADY_FILES = 3;

/**
 * The whole part; then, where a few of its files had a failure, these once more by themselves. Real services on a machine
 * that others use, too, have bad moments. It is told, so that an unsteady test is seen before it fails twice.
 */
export async function runTwice(stage: Stage, mocha: (args: readonly string[]) => Promise<Count>): Promise<Count> {
  const failed = join(planesFolder(CHECKOUT), `.failed-${stage}`);
  await rm(failed, { force: true });
  const report = [`--reporter=${join(CHECKOUT, 'tools/testing/reporter.ts')}`, `--reporter-option=failed=${failed}`];
  const first = await mocha([...report, ...mochaArguments(stage, [])]);
  if (first.failed === 0) return first;
  const files = [
    ...new Set((await readFile(failed, 'utf8').catch(() => '')).split('\n').filter((file) => file !== '')),
  ];
  if (files.length === 0 || files.length > UNSTEADY_FILES) return first;
  console.log(`\nonce more, by themselves:\n${files.join('\n')}`);
  return countAgain(first, await mocha(mochaArguments(stage, files)));
}
