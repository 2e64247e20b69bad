import { deepEqual, equal } from 'node:assert/strict';
import { extract } from 'tar-stream';
import { BadArchive } from '../../../../src/docker/images/archive/bad.js';
import { rewriteArchive } from '../../../../src/docker/images/archive/rewrite.js';
import { openArchive } from '../../../../src/docker/images/archive/unpacked.js';
import { handClock } from '../handClock.js';

export const TAG = 'nova-image/id:sha512-00';
export const RULES = { tag: TAG, architecture: 'amd64', maxBytes: 64 * 1024 * 1024 };
/** The name that the archives of these tests would take. */
export const THEFT = ['ubuntu:latest'];

export const LIMITS = { clock: handClock(), stallTimeoutMs: 1000 };

/** The tar archive in the data. */
export async function unpacked(data: Buffer | AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  return (await openArchive(Buffer.isBuffer(data) ? inPieces(data) : data, LIMITS)).tar;
}

export async function* inPieces(data: Buffer): AsyncGenerator<Uint8Array> {
  const size = Math.max(700, Math.trunc(data.length / 200));
  for (let at = 0; at < data.length; at += size) yield await Promise.resolve(data.subarray(at, at + size));
}

/** What the engine is fed with: entry names and contents, in order. */
export async function rewritten(
  data: Buffer,
  rules = RULES,
  verified: () => Promise<void> = () => Promise.resolve(),
): Promise<Map<string, Buffer>> {
  const { archive, done } = rewriteArchive(await unpacked(data), rules, verified);
  const entries = new Map<string, Buffer>();
  const reader = extract();
  archive.on('data', (chunk: Buffer) => reader.write(chunk));
  archive.on('end', () => {
    reader.end(null);
  });
  // A broken one is torn off in the middle of an entry.
  archive.on('error', () => {
    reader.destroy();
  });
  const reading = (async () => {
    for await (const entry of reader) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      entries.set(entry.header.name, Buffer.concat(chunks));
    }
  })();
  try {
    await done;
    await reading;
  } finally {
    archive.destroy();
    reader.destroy();
    await reading.catch(() => undefined);
  }
  return entries;
}

export interface Loaded {
  readonly config: Buffer;
  readonly layers: readonly Buffer[];
}

/** Reads what the engine would make of it: exactly one image, with our name only. */
export function loaded(entries: Map<string, Buffer>): Loaded {
  const manifest = JSON.parse(String(entries.get('manifest.json'))) as [
    { Config: string; RepoTags: string[]; Layers: string[] },
  ];
  equal(manifest.length, 1);
  deepEqual(Object.keys(manifest[0]), ['Config', 'RepoTags', 'Layers']);
  deepEqual(manifest[0].RepoTags, [TAG]);
  equal([...entries.keys()].at(-1), 'manifest.json');
  for (const name of entries.keys()) equal(/^(layer-\d+\.tar|config\.json|manifest\.json)$/.test(name), true, name);
  return {
    config: entries.get(manifest[0].Config) ?? Buffer.alloc(0),
    layers: manifest[0].Layers.map((name) => entries.get(name) ?? Buffer.alloc(0)),
  };
}

/** For `rejects`: a BadArchive that says this. */
export function unfit(text: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof BadArchive && text.test(error.message);
}
