import { contextFromWire } from '../../../src/oslo/index.js';
import type { RequestContext } from '../../../src/observe/context.js';
import { hydrate, type Instance, type Primitive } from '../../../src/objects/index.js';
import { readTour, type RecordedMessage, type Release } from '../../wire/reader.js';

type Json = Readonly<Record<string, unknown>>;

/** A notification of a compute service, as it was recorded. */
export interface RecordedNotice {
  readonly line: number;
  readonly routingKey: string;
  readonly message: Json;
  readonly payload: Json;
  readonly eventType: string;
  readonly requestId: string;
  /** Null: about no instance. */
  readonly instanceUuid: string | null;
}

interface Seen {
  readonly line: number;
  readonly requestId: unknown;
  readonly data: Json;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

function* objectsIn(value: unknown, name: string): Generator<Primitive> {
  if (!isRecord(value)) return;
  if (value['nova_object.name'] === name) yield value as unknown as Primitive;
  for (const held of Object.values(value)) yield* objectsIn(held, name);
}

/** What the service of a recording knew when it sent a notification, as far as the messages around it show it. */
export class Recording {
  readonly tour: readonly RecordedMessage[];
  private readonly instances = new Map<string, Seen[]>();
  private readonly caches = new Map<string, Seen[]>();
  private readonly contexts = new Map<string, Json>();

  constructor(release: Release) {
    this.tour = readTour(release);
    const requests = new Map<unknown, Json>();
    this.tour.forEach(({ message }, index) => {
      const line = index + 1;
      if ('method' in message) {
        requests.set(message['_msg_id'], message);
        this.contexts.set(String(message['_context_request_id']), message);
        this.note(line, message['_context_request_id'], message['args']);
      } else if ('result' in message) {
        const request = requests.get(message['_msg_id']);
        this.note(line, request?.['_context_request_id'], message['result']);
        this.noteAnswer(line, request, message['result']);
      }
    });
  }

  private note(line: number, requestId: unknown, value: unknown): void {
    for (const object of objectsIn(value, 'Instance')) {
      const data = object['nova_object.data'];
      this.remember(this.instances, String(data['uuid']), { line, requestId, data });
    }
    for (const object of objectsIn(value, 'InstanceInfoCache')) {
      const uuid = object['nova_object.data']['instance_uuid'];
      this.remember(this.caches, String(uuid), { line, requestId, data: object as unknown as Json });
    }
  }

  /** What conductor's answer to a save changed in the saved instance. */
  private noteAnswer(line: number, request: Json | undefined, result: unknown): void {
    const args = request?.['args'];
    const object = isRecord(args) ? args['objinst'] : undefined;
    const updates: unknown = Array.isArray(result) ? result[0] : undefined;
    if (!isRecord(object) || object['nova_object.name'] !== 'Instance' || !isRecord(updates)) return;
    const data = { ...(object['nova_object.data'] as Json), ...updates };
    this.remember(this.instances, String((data as Json)['uuid']), {
      line,
      requestId: request?.['_context_request_id'],
      data,
    });
  }

  private remember(where: Map<string, Seen[]>, uuid: string, seen: Seen): void {
    where.set(uuid, [...(where.get(uuid) ?? []), seen]);
  }

  /** Notifications of compute services; those of conductor, api and scheduler are not ours to send. */
  notices(): RecordedNotice[] {
    return this.tour.flatMap(({ message, routing_keys }, index) => {
      const { publisher_id: publisher, event_type: eventType } = message;
      if (typeof publisher !== 'string' || typeof eventType !== 'string') return [];
      if (
        !/^(compute\.|nova-compute:)/.test(publisher) ||
        /\.update$|^service\.|scheduled$|evacuate$/.test(eventType)
      ) {
        return [];
      }
      const payload = message['payload'] as Json;
      const data = (payload['nova_object.data'] ?? payload) as Json;
      const instanceUuid = (data['instance_id'] ?? data['uuid'] ?? null) as string | null;
      const requestId = String(message['_context_request_id']);
      return [{ line: index + 1, routingKey: routing_keys[0]!, message, payload, eventType, requestId, instanceUuid }];
    });
  }

  /** The request in whose course it was sent, with token and catalog. */
  contextOf(notice: RecordedNotice): RequestContext {
    const message = this.contexts.get(notice.requestId);
    if (message === undefined) throw new Error(`nothing of ${notice.requestId} was recorded`);
    return contextFromWire(message);
  }

  /** Arguments of the request in whose course it was sent. */
  argumentsOf(notice: RecordedNotice, method: string): Json {
    const found = this.tour.find(
      ({ message }) => message['method'] === method && message['_context_request_id'] === notice.requestId,
    );
    return (found?.message['args'] ?? {}) as Json;
  }

  /**
   * What the instance may have been when the notification was sent, the likeliest first: how it looked in the messages
   * of the same request before and after, with the network cache of then.
   */
  *candidates(notice: RecordedNotice): Generator<Instance> {
    const near = (seen: Seen): number =>
      (seen.requestId === notice.requestId ? 0 : 1_000_000) + Math.abs(seen.line - notice.line);
    const byDistance = (all: readonly Seen[] = []): Seen[] => [...all].sort((a, b) => near(a) - near(b));
    const uuid = notice.instanceUuid ?? '';
    const seen = byDistance(this.instances.get(uuid));
    const caches = byDistance(this.caches.get(uuid)).slice(0, 8);
    const whole = Object.assign({}, ...[...seen].reverse().map(({ data }) => data)) as Json;
    for (const { data } of seen.slice(0, 12)) {
      for (const cache of [undefined, ...caches]) {
        yield instanceOf({ ...whole, ...data, ...(cache && { info_cache: cache.data }) });
      }
    }
  }
}

function instanceOf(data: Json): Instance {
  const primitive = {
    'nova_object.name': 'Instance',
    'nova_object.namespace': 'nova',
    'nova_object.version': '2.7',
    'nova_object.data': data,
  };
  return hydrate(structuredClone(primitive)) as Instance;
}
