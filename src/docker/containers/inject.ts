import { pipeline } from 'node:stream/promises';
import type { IncomingMessage } from 'node:http';
import { pack } from 'tar-stream';
import { kindOf, messageOf } from '../../errors/kinds.js';
import type { ContainerKey, GuestContent } from '../../compute/ports/containers.js';
import { getArchive, putArchive } from '../engine/archives.js';
import type { Engine } from '../engine/engine.js';
import { tarReader } from '../images/archive/tar.js';
import type { ContainerParts } from './parts.js';
import { unacceptable } from './refusals.js';

/** More of a file than this is not kept when something is put behind it. */
const LONGEST_KEPT = 1024 * 1024;

/**
 * Puts files into a container that has never run. Safe to repeat as long as it has not. Throws Invalid
 * (InstanceUnacceptable) for what can't be put where it is wanted, since its user named the place.
 */
export async function inject(
  { engine }: Pick<ContainerParts, 'engine'>,
  container: { readonly key: ContainerKey; readonly id: string },
  contents: readonly GuestContent[],
  signal: AbortSignal,
): Promise<void> {
  if (contents.length === 0) return;
  const whole = await Promise.all(contents.map(async (one) => (one.append ? behind(engine, container.id, one) : one)));
  try {
    await putArchive(engine, container.id, await archiveOf(whole), signal);
  } catch (error) {
    const kind = kindOf(error);
    if (kind !== 'Invalid' && kind !== 'Internal') throw error;
    const paths = contents.map(({ guestPath }) => guestPath).join(', ');
    throw unacceptable(container.key, `its files (${paths}) could not be put into it: ${messageOf(error)}`, error);
  }
}

/** The content behind that of the file that is there; a file that ends with it already (a repetition) stays as it is. */
async function behind(engine: Engine, id: string, content: GuestContent): Promise<GuestContent> {
  const there = await existing(engine, id, content.guestPath);
  if (there === undefined || there.equals(content.data)) return content;
  if (there.subarray(-content.data.length).equals(content.data)) return { ...content, data: there };
  const newline = there.at(-1) === 0x0a ? [] : [Buffer.from('\n')];
  return { ...content, data: Buffer.concat([there, ...newline, content.data]) };
}

/** The file's content; undefined when there is none, or something else than a file of a fitting size. */
async function existing(engine: Engine, id: string, path: string): Promise<Buffer | undefined> {
  try {
    return await getArchive(engine, id, path, firstFile);
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

async function firstFile(answer: IncomingMessage): Promise<Buffer | undefined> {
  const reader = tarReader();
  const fed = pipeline(answer, reader);
  fed.catch(() => undefined); // what goes wrong on the way breaks the loop, too
  let found: Buffer | undefined;
  for await (const entry of reader) {
    const { type, size = 0 } = entry.header;
    if (type !== 'file' || size === 0 || size > LONGEST_KEPT || found !== undefined) entry.resume();
    else {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk);
      found = Buffer.concat(chunks);
    }
  }
  await fed;
  return found;
}

/** Everything root's, with no time of its own, so that the same contents are the same archive. */
async function archiveOf(contents: readonly GuestContent[]): Promise<Buffer> {
  const archive = pack();
  const own = { mtime: new Date(0), uid: 0, gid: 0 };
  for (const { guestPath, data, mode, directoryMode } of contents) {
    const name = guestPath.replace(/^\/+/, '');
    const directory = name.slice(0, Math.max(0, name.lastIndexOf('/')));
    if (directoryMode !== undefined && directory !== '') {
      archive.entry({ name: `${directory}/`, type: 'directory', mode: directoryMode, ...own });
    }
    archive.entry({ name, mode, size: data.length, ...own }, data);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
