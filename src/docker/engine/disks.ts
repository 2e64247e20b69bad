import type { IncomingMessage } from 'node:http';
import { answerJson } from './answer.js';
import type { Engine } from './engine.js';
import type { ImageName } from '../images/reference.js';

/** What a container's disk is made of, in and out of the engine. */

/**
 * Makes an image of a container as it is, with its configuration; gives its id. `freeze`: it stands still meanwhile, by
 * the engine's own doing, which thaws it whatever becomes of us.
 */
export async function commitContainer(
  engine: Engine,
  id: string,
  { as, freeze }: { readonly as: ImageName; readonly freeze: boolean },
  signal: AbortSignal,
): Promise<string> {
  const query = { container: id, repo: as.repository, tag: as.tag, pause: freeze };
  const { Id } = await engine.call('container.commit', { timeoutMs: null, signal }, async (dial) =>
    answerJson<{ Id: string }>(await dial({ method: 'POST', path: '/commit', query, body: {} })),
  );
  return Id;
}

/** Hands `read` an image as `docker save` writes it. Throws NotFound. */
export function saveImage<T>(
  engine: Engine,
  reference: string,
  read: (archive: IncomingMessage) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return engine.call('image.save', { timeoutMs: null, signal }, async (dial) =>
    read(await dial({ method: 'GET', path: `/images/${reference}/get` })),
  );
}

/** Our names of images below a repository, `nova-disk/*`. */
export async function namesBelow(engine: Engine, repository: string): Promise<readonly string[]> {
  const query = { filters: JSON.stringify({ reference: [`${repository}/*`] }) };
  const images = await engine.short('image.list', async (dial) =>
    answerJson<{ RepoTags: string[] | null }[]>(await dial({ method: 'GET', path: '/images/json', query })),
  );
  return images.flatMap(({ RepoTags: tags }) => tags ?? []).filter((tag) => tag.startsWith(`${repository}/`));
}
