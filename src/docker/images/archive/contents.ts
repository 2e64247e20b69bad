import { BadArchive, shown } from './bad.js';
import type { LayerFacts } from './layer.js';

/** Where the bytes of an entry are by now. */
export type Entry<Facts = LayerFacts> =
  | { readonly kind: 'kept'; readonly bytes: Buffer }
  /** Handed on already, under a name of ours. */
  | ({ readonly kind: 'sent'; readonly as: string } & Facts);

const MOST_ENTRIES = 5_000;
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
const MOST_LINKS = 8;

/** What an archive holds, by path. A path that comes twice means the later one, as it does to tar. */
export class Contents<Facts = LayerFacts> {
  readonly #entries = new Map<string, Entry<Facts>>();
  readonly #links = new Map<string, string>();
  #keptBytes = 0;

  add(path: string, entry: Entry<Facts>): void {
    this.#room();
    if (entry.kind === 'kept') this.#keptBytes += entry.bytes.length;
    if (this.#keptBytes > MOST_KEPT_BYTES)
      throw new BadArchive('its archive holds more descriptions than an image has');
    this.#links.delete(path);
    this.#entries.set(path, entry);
  }

  /** Archives of Docker before 25 name a layer that occurs twice by a link. */
  link(path: string, target: string): void {
    this.#room();
    this.#entries.delete(path);
    this.#links.set(path, target);
  }

  find(path: string): Entry<Facts> | undefined {
    let at = path;
    for (let steps = 0; steps < MOST_LINKS; steps += 1) {
      const target = this.#links.get(at);
      if (target === undefined) return this.#entries.get(at);
      at = target;
    }
    return undefined;
  }

  /** A description, parsed; undefined when there is none. Throws BadArchive when it is no JSON. */
  json(path: string): { readonly value: unknown; readonly bytes: Buffer } | undefined {
    const entry = this.find(path);
    if (entry?.kind !== 'kept') return undefined;
    try {
      return { value: JSON.parse(entry.bytes.toString('utf8')), bytes: entry.bytes };
    } catch {
      throw new BadArchive(`its archive is broken: ${shown(path)} is no JSON`);
    }
  }

  #room(): void {
    if (this.#entries.size + this.#links.size >= MOST_ENTRIES) {
      throw new BadArchive(`its archive has more than ${MOST_ENTRIES} entries`);
    }
  }
}
