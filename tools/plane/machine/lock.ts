import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Trouble } from '../trouble.js';
import { cleanEnvironment } from './command.js';

/**
 * Does the work while holding a lock that other processes of this machine respect; waits for it first.
 * @param busy when given, nothing waits: if another holds the lock, this text is thrown as a Trouble
 *
 * INVARIANTS: a child holds the lock (flock) and ends when our end of its standard input closes, so even `kill -9` of us
 * frees it. An abort ends the wait, but never takes the lock from work that has begun; nor does Ctrl-C, which a terminal
 * sends to its whole foreground group (the child is in none).
 */
export async function withLock<T>(
  file: string,
  signal: AbortSignal,
  work: () => Promise<T>,
  busy?: string,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const words = [...(busy === undefined ? [] : ['--nonblock']), file, 'sh', '-c', 'echo held; exec cat'];
  const child = spawn('flock', words, { env: cleanEnvironment(), stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  const refused = ended.then((code) => {
    throw new Trouble(
      busy !== undefined && code === 1 ? busy : `cannot lock ${file}: flock ended with code ${code ?? 'none'}`,
    );
  });
  // Once the lock is held its end is expected, and nobody listens any more.
  refused.catch(() => undefined);
  try {
    await Promise.race([once(child.stdout, 'data', { signal }), refused]);
    return await work();
  } finally {
    child.stdin.end();
    if (signal.aborted) child.kill();
    await ended.catch(() => undefined);
  }
}
