import { join } from 'node:path';
import type { Logger } from '../../observe/logger.js';
import type { RequestMessage } from '../message.js';
import type { ParkedMessage } from '../rpc.js';
import { DurableFolder } from './durable-folder.js';
import { formatEntryName, keyOf, parseEntryName, type EntryName } from './entry-name.js';
import { DEFAULT_FINISHED_LIMITS, FinishedIds, type FinishedLimits } from './finished-ids.js';
import { ParkedFiles, parkedMessage } from './parked.js';
import { formatStored, parseStored, type StoredMessage } from './stored-message.js';

/** A cast whose work has not ended. */
export interface PendingMessage {
  readonly key: string;
  readonly uniqueId: string;
  readonly topic: string;
  readonly request: RequestMessage;
  /** Starts of its work so far. */
  readonly attempts: number;
  /** Those of them after which the process died. */
  readonly unended: number;
}

export interface InboxParts {
  /** `<state_path>/inbox`; one process at a time. */
  readonly path: string;
  readonly log: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly finished?: FinishedLimits;
}

interface Entry {
  name: EntryName;
  readonly uniqueId: string;
  readonly topic: string;
  readonly request: RequestMessage;
  /** Settles with the write to disk. */
  readonly stored: Promise<void>;
}

interface Stores {
  readonly pending: DurableFolder;
  readonly parked: DurableFolder;
  readonly corrupt: DurableFolder;
  readonly finished: FinishedIds;
}

/** After so many starts without an end a message is not started again. */
export const MAX_UNENDED = 3;

/**
 * Casts on disk from before their ack until their work has ended.
 *
 * Folders: `pending` (one file a message), `finished` (ids only), `parked` (for people), `corrupt` (unreadable files).
 *
 * INVARIANTS: `put` resolves when the message survives a power cut. A key is in at most one of pending and finished as
 * far as `put` can see; a crash between the record in finished and the removal of the file is mended at the next open.
 * Per key, one call at a time: put, then starts and returns of starts, then finish or park.
 */
export class Inbox {
  /** What is not tried again, readable for people. */
  readonly parked: ParkedFiles;
  private readonly entries = new Map<string, Entry>();
  private nextSequence = 1;

  private constructor(
    private readonly parts: InboxParts,
    private readonly stores: Stores,
  ) {
    this.parked = new ParkedFiles(stores.parked, parts.now);
  }

  /** Reads what an earlier process left. Unreadable files are moved aside and named in the log. */
  static async open(parts: InboxParts): Promise<Inbox> {
    const folder = (name: string): Promise<DurableFolder> => DurableFolder.open(join(parts.path, name));
    const limits = parts.finished ?? DEFAULT_FINISHED_LIMITS;
    const inbox = new Inbox(parts, {
      pending: await folder('pending'),
      parked: await folder('parked'),
      corrupt: await folder('corrupt'),
      finished: await FinishedIds.open(join(parts.path, 'finished'), parts.now, limits),
    });
    for (const file of (await inbox.stores.pending.list()).sort()) await inbox.load(file);
    return inbox;
  }

  /** What waits or is being worked on, in order of arrival. */
  list(): readonly PendingMessage[] {
    const entries = [...this.entries.entries()].sort(([, a], [, b]) => a.name.sequence - b.name.sequence);
    return entries.map(([, entry]) => pending(entry));
  }

  /** One message as it stands now. */
  get(key: string): PendingMessage | undefined {
    const entry = this.entries.get(key);
    return entry && pending(entry);
  }

  /**
   * Keeps a message. `duplicate`: it is here already, or its work has ended not long ago; it may be acked all the same.
   * @throws the file system's error; then nothing was kept
   */
  async put(stored: StoredMessage, request: RequestMessage): Promise<PendingMessage | 'duplicate'> {
    const key = keyOf(stored.uniqueId);
    const known = this.entries.get(key);
    if (known) {
      await known.stored;
      return 'duplicate';
    }
    if (this.stores.finished.has(key)) return 'duplicate';
    const name = { sequence: this.nextSequence++, key, attempts: 0, unended: 0 };
    const writing = this.stores.pending.write(formatEntryName(name), formatStored(stored));
    const entry: Entry = { name, uniqueId: stored.uniqueId, topic: stored.topic, request, stored: writing };
    this.entries.set(key, entry);
    try {
      await writing;
    } catch (error) {
      this.entries.delete(key);
      throw error;
    }
    return pending(entry);
  }

  /** Counts a start, before the work begins. Resolves to the number of starts so far, this one included. */
  async start(key: string): Promise<number> {
    const name = await this.rename(key, ({ attempts, unended }) => ({ attempts: attempts + 1, unended: unended + 1 }));
    return name?.attempts ?? 0;
  }

  /** The last start was left in good order: it does not count against the message. */
  async giveBack(key: string): Promise<void> {
    await this.rename(key, ({ unended }) => ({ unended: Math.max(0, unended - 1) }));
  }

  /** The work has ended, well or not: nothing of the message stays but its id. */
  async finish(key: string): Promise<void> {
    const entry = this.entries.get(key);
    if (!entry) return;
    await this.stores.finished.add(key);
    await this.stores.pending.remove(formatEntryName(entry.name));
    this.entries.delete(key);
  }

  /** Puts a message where it is not tried again, readable and without its secrets. */
  async park(key: string): Promise<ParkedMessage | undefined> {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    const message = parkedMessage(entry.request, entry.uniqueId, entry.name.unended);
    await this.parked.add(key, message);
    await this.finish(key);
    return message;
  }

  async close(): Promise<void> {
    const { pending, parked, corrupt, finished } = this.stores;
    await Promise.all([pending.close(), parked.close(), corrupt.close(), finished.close()]);
  }

  private async rename(key: string, change: (name: EntryName) => Partial<EntryName>): Promise<EntryName | undefined> {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    const name = { ...entry.name, ...change(entry.name) };
    await this.stores.pending.rename(formatEntryName(entry.name), formatEntryName(name));
    entry.name = name;
    return name;
  }

  private async load(file: string): Promise<void> {
    const { pending, corrupt, finished } = this.stores;
    const name = parseEntryName(file);
    const content = name && parseStored(await pending.read(file));
    if (!name || !content) {
      await pending.moveTo(corrupt, file);
      this.parts.log.error('an inbox file cannot be read and was moved aside', { file: join(corrupt.path, file) });
      return;
    }
    this.nextSequence = Math.max(this.nextSequence, name.sequence + 1);
    // Its end was recorded, but the process died before the file was removed.
    if (finished.has(name.key)) return pending.remove(file);
    const { uniqueId, topic } = content.stored;
    this.entries.set(name.key, { name, uniqueId, topic, request: content.request, stored: Promise.resolve() });
  }
}

function pending({ name, uniqueId, topic, request }: Entry): PendingMessage {
  return { key: name.key, uniqueId, topic, request, attempts: name.attempts, unended: name.unended };
}
