import { Readable } from 'node:stream';
import type { IncomingMessage } from 'node:http';
import { answerDone } from './answer.js';
import type { Engine } from './engine.js';

const at = (id: string): string => `/containers/${encodeURIComponent(id)}/archive`;

/**
 * Unpacks an archive at the root of a container's file system. The engine does it with that root as its own, so links
 * lead nowhere else. Throws NotFound without container, Invalid and Internal for what can't be put there.
 */
export function putArchive(engine: Engine, id: string, archive: Buffer, signal: AbortSignal): Promise<void> {
  // Never takes a directory away to put a file in its place, or the other way round.
  const query = { path: '/', noOverwriteDirNonDir: true };
  return engine.call('container.putArchive', { timeoutMs: null, signal }, async (dial) =>
    answerDone(await dial({ method: 'PUT', path: at(id), query, archive: Readable.from([archive]) })),
  );
}

/** Reads a file or folder of a container as an archive, through `read`. Throws NotFound when there is none. */
export function getArchive<T>(
  engine: Engine,
  id: string,
  path: string,
  read: (answer: IncomingMessage) => Promise<T>,
): Promise<T> {
  return engine.short('container.getArchive', async (dial) =>
    read(await dial({ method: 'GET', path: at(id), query: { path } })),
  );
}
