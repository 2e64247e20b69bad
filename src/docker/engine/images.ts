import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ServiceError } from '../../errors/kinds.js';
import { answerDone, answerJson, answerLines } from './answer.js';
import type { Engine } from './engine.js';
import { EngineRefusal, engineWords } from './failure.js';
import type { ImageInspect, ImageListItem } from './wire.js';

/** One line of the answer to a load or an import. */
interface WorkLine {
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

// A reference's slashes and colon stand as they are in the engine's paths.
const at = (reference: string): string => `/images/${reference}`;

/** What the engine knows of an image. Throws NotFound. */
export function inspectImage(engine: Engine, reference: string): Promise<ImageInspect> {
  return engine.short('image.inspect', async (dial) =>
    answerJson(await dial({ method: 'GET', path: `${at(reference)}/json` })),
  );
}

/** Every image that has a name or that nothing is made from. */
export function listImages(engine: Engine): Promise<ImageListItem[]> {
  return engine.short('image.list', async (dial) => answerJson(await dial({ method: 'GET', path: '/images/json' })));
}

/**
 * Feeds an image archive to the engine, with the names that stand in it. Throws Invalid with the engine's words when
 * the engine can't take it; some engines then keep what they have, with its name.
 */
export function loadImage(engine: Engine, archive: Readable, signal: AbortSignal): Promise<void> {
  return engine.call('image.load', { timeoutMs: null, signal }, async (dial) => {
    await workDone(await dial({ method: 'POST', path: '/images/load', query: { quiet: true }, archive }));
  });
}

/**
 * Makes an image of one layer out of a root file system, under this name; the engine makes none of a body that breaks
 * off. Throws Invalid with the engine's words when it can't unpack it: the engine calls that its own failure.
 */
export function importImage(
  engine: Engine,
  archive: Readable,
  as: { readonly repository: string; readonly tag: string; readonly command: readonly string[] },
  signal: AbortSignal,
): Promise<void> {
  const query = { fromSrc: '-', repo: as.repository, tag: as.tag, changes: `CMD ${JSON.stringify(as.command)}` };
  return engine.call('image.import', { timeoutMs: null, signal }, async (dial) => {
    try {
      await workDone(await dial({ method: 'POST', path: '/images/create', query, archive }));
    } catch (error) {
      if (!(error instanceof EngineRefusal) || error.status !== 500) throw error;
      throw new ServiceError('Invalid', engineWords(error.message), { cause: error });
    }
  });
}

/** Gives an image one more name, which it takes from any other that has it. Throws NotFound. */
export function tagImage(engine: Engine, reference: string, repository: string, tag: string): Promise<void> {
  return engine.short('image.tag', async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(reference)}/tag`, query: { repo: repository, tag } })),
  );
}

/** Takes a name from an image, and the image when that was its last. Throws NotFound, and Conflict while it is in use. */
export function removeImage(engine: Engine, reference: string): Promise<void> {
  return engine.call('image.remove', { timeoutMs: null }, async (dial) =>
    answerDone(await dial({ method: 'DELETE', path: at(reference) })),
  );
}

/** Reads what the engine says while it works. Throws Invalid with its words when it gives up. */
async function workDone(answer: IncomingMessage): Promise<void> {
  for await (const line of answerLines<WorkLine>(answer)) {
    const message = line.errorDetail?.message ?? line.error;
    if (message !== undefined) throw new ServiceError('Invalid', engineWords(message));
  }
}
