import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './machine/command.js';
import { withLock } from './machine/lock.js';

const STAMP = 'dist/.built-from';
const SOURCES = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/**
 * Compiles the service, since it runs as an operator's would; nothing to do when no source has changed.
 * @returns a note for the person who watches
 */
export async function buildService(checkout: string, logFile: string, signal: AbortSignal): Promise<string> {
  return withLock(join(checkout, '.planes', '.build.lock'), signal, async () => {
    const wanted = await sourcesDigest(checkout);
    const stamp = join(checkout, STAMP);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return 'no source has changed';
    // npm and node as the caller has them: they may come from anywhere on PATH.
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/root' };
    await run(['npm', 'run', '--silent', 'build'], { cwd: checkout, env, logFile, signal });
    writeFileSync(stamp, wanted);
    return 'compiled';
  });
}

async function sourcesDigest(checkout: string): Promise<string> {
  const hash = createHash('sha256');
  const below = await readdir(join(checkout, 'src'), { recursive: true, withFileTypes: true });
  const files = below.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of [...files.sort(), ...SOURCES.map((name) => join(checkout, name))]) {
    hash.update(`${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}
