import type { RequestMessage } from '../message.js';
import type { ParkedMessage } from '../rpc.js';
import { isWireObject } from '../envelope.js';
import type { DurableFolder } from './durable-folder.js';

/** What a parked file holds: the message for people to read, and whether its parking has been reported. */
interface ParkedRecord {
  readonly message: ParkedMessage;
  readonly parkedAt: string;
  readonly reported: boolean;
  /** Reports begun: a report that kills the process is not begun for ever. */
  readonly reports: number;
}

const MAX_REPORTS = 3;
const SECRET =
  /pass|token|secret|private|credential|transport_url|database_connection|user_data|injected_files|disk_info/i;

/** The value with everything blanked whose name sounds like a secret. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isWireObject(value)) return value;
  const blank = (name: string, inner: unknown): unknown =>
    SECRET.test(name) && inner !== null ? '***' : withoutSecrets(inner);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blank(name, inner)]));
}

/** A message as it is kept when it is not tried again: without token, catalogue and secrets. */
export function parkedMessage(request: RequestMessage, uniqueId: string, attempts: number): ParkedMessage {
  return {
    uniqueId,
    method: request.method,
    namespace: request.namespace,
    version: request.version,
    args: withoutSecrets(request.args) as ParkedMessage['args'],
    context: { ...request.context, authToken: null, serviceCatalog: [] },
    attempts,
    reason: `started ${attempts} times without an end: each time the service died while it worked on this message`,
  };
}

/** The readable files `<id>.json` of messages that are not tried again. Whoever has read them may delete them. */
export class ParkedFiles {
  constructor(
    private readonly folder: DurableFolder,
    private readonly now: () => number,
  ) {}

  async add(key: string, message: ParkedMessage): Promise<void> {
    const parkedAt = new Date(this.now()).toISOString();
    await this.write(key, { message, parkedAt, reported: false, reports: 0 });
  }

  /** Keys and messages whose parking nobody was told of yet. Counts each as one more report begun. */
  async takeUnreported(): Promise<{ key: string; message: ParkedMessage }[]> {
    const taken = [];
    for (const { key, record } of await this.all()) {
      if (record.reported || record.reports >= MAX_REPORTS) continue;
      await this.write(key, { ...record, reports: record.reports + 1 });
      taken.push({ key, message: record.message });
    }
    return taken;
  }

  async markReported(key: string): Promise<void> {
    const found = (await this.all()).find((parked) => parked.key === key);
    if (found) await this.write(key, { ...found.record, reported: true });
  }

  async list(): Promise<ParkedMessage[]> {
    return (await this.all()).map(({ record }) => record.message);
  }

  private async write(key: string, record: ParkedRecord): Promise<void> {
    await this.folder.write(`${key}.json`, `${JSON.stringify(record, null, 2)}\n`);
  }

  /** What cannot be read is somebody's edit, and none of our business. */
  private async all(): Promise<{ key: string; record: ParkedRecord }[]> {
    const found = [];
    for (const name of (await this.folder.list()).filter((entry) => entry.endsWith('.json')).sort()) {
      const record = parseRecord(await this.folder.read(name).catch(() => ''));
      if (record) found.push({ key: name.slice(0, -'.json'.length), record });
    }
    return found;
  }
}

function parseRecord(text: string): ParkedRecord | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return isWireObject(record) && isWireObject(record['message']) ? (record as unknown as ParkedRecord) : undefined;
  } catch {
    return undefined;
  }
}
