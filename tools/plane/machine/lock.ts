import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Trouble } from '../trouble.js';
import { cleanEnvironment } from './command.js';

/**
 * Does the work while holding a lock that other processes of this machine respect; waits for it first.
 * A child holds the lock (flock) and ends when our end of its standard input closes, so even `kill -9` of us frees it.
 */
export async function withLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const child = spawn('flock', [file, 'sh', '-c', 'echo held; exec cat'], {
    env: cleanEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
    signal,
  });
  const ended = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      reject(new Trouble(`cannot lock ${file}: flock ended with code ${code ?? 'none'}`));
    });
  });
  // Once the lock is held its end is expected, and nobody listens any more.
  ended.catch(() => undefined);
  child.stdin.on('error', () => undefined);
  await Promise.race([once(child.stdout, 'data'), ended]);
  try {
    return await work();
  } finally {
    child.stdin.end();
  }
}
