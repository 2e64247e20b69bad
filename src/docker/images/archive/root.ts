import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BadArchive } from './bad.js';
import { RootScan } from './root-scan.js';
import type { Rewriting, RewriteRules } from './rewrite.js';
import { TarScanner } from './tar-scanner.js';

/** What the image made of a root file system runs when nobody says anything else. */
export const ROOT_COMMAND: readonly string[] = ['/sbin/init'];

export interface RootRules extends Omit<RewriteRules, 'tag'> {
  /** The image's properties name a command, so that it needs no init of its own. */
  readonly hasCommand: boolean;
}

/**
 * Hands a root file system on as it comes, to be imported, while its entries are looked at. The archive ends only when
 * the data have ended and `verified` has found nothing wrong: before that the engine makes no image of it.
 */
export function checkedRoot(
  tar: AsyncIterable<Uint8Array>,
  rules: RootRules,
  verified: () => Promise<void>,
): Rewriting {
  const archive = new PassThrough();
  // What breaks it is told by `done`.
  archive.on('error', () => undefined);
  async function* checked(): AsyncGenerator<Uint8Array> {
    yield* scanned(tar, rules);
    await verified();
  }
  return { archive, done: pipeline(checked, archive) };
}

async function* scanned(tar: AsyncIterable<Uint8Array>, rules: RootRules): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  const count = (more: number): void => {
    bytes += more;
    if (bytes > rules.maxBytes) {
      throw new BadArchive(`unpacked it is larger than this host takes (${rules.maxBytes} bytes)`);
    }
  };
  const scan = new RootScan(count);
  const scanner = new TarScanner(scan);
  for await (const chunk of tar) {
    count(chunk.length);
    scanner.take(chunk);
    yield chunk;
  }
  scanner.end();
  scan.check(rules.architecture);
  if (!rules.hasCommand && !scan.hasInit) {
    throw new BadArchive(
      'its root file system has no /sbin/init, so what is to run must be said: set the image property docker_command',
    );
  }
}
