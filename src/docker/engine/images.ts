import type { Readable } from 'node:stream';
import { ServiceError } from '../../errors/kinds.js';
import { answerDone, answerJson, answerLines } from './answer.js';
import type { Engine } from './engine.js';
import { engineWords } from './failure.js';
import type { ImageInspect } from './wire.js';

/** One line of the answer to a load. */
interface LoadLine {
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

/**
 * Feeds an image archive to the engine, with the names that stand in it. Throws Invalid with the engine's words when
 * the engine can't take it; some engines then keep what they have, with its name.
 */
export function loadImage(engine: Engine, archive: Readable, signal: AbortSignal): Promise<void> {
  return engine.call('image.load', { timeoutMs: null, signal }, async (dial) => {
    const answer = await dial({ method: 'POST', path: '/images/load', query: { quiet: true }, archive });
    for await (const line of answerLines<LoadLine>(answer)) {
      const message = line.errorDetail?.message ?? line.error;
      if (message !== undefined) throw new ServiceError('Invalid', engineWords(message));
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
