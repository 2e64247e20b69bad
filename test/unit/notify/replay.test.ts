import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { ACTIONS, type InstanceAction } from '../../../src/notify/actions.js';
import type { ActionFacts, NotificationPhase } from '../../../src/compute/ports/notifications.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { hydrate, type Flavor, type Instance } from '../../../src/objects/index.js';
import type { OutgoingNotification } from '../../../src/notify/delivery.js';
import type { Release } from '../../wire/reader.js';
import { harness } from './harness.js';
import { Recording, type RecordedNotice } from './recorded.js';

type Json = Record<string, unknown>;

/** Additions to unversioned payloads that the verbs hand in. */
const EXTRAS: readonly string[] = [
  'image_name',
  'message',
  'rescue_image_name',
  'new_instance_type',
  'new_instance_type_id',
];

/** Event type -> what it was sent for. */
const OCCASIONS = new Map(
  Object.entries(ACTIONS).flatMap(([action, { legacy, versioned }]) =>
    [legacy, versioned].flatMap((events) =>
      Object.entries(events).map(
        ([phase, eventType]) =>
          [eventType, { action: action as InstanceAction, phase: phase as NotificationPhase }] as const,
      ),
    ),
  ),
);

function dataOf(payload: Json): Json {
  return (payload['nova_object.data'] ?? payload) as Json;
}

/** The Nova exceptions of the recordings, with the names of their arguments. */
function errorOf(name: string, message: string, code: number): ServiceError {
  const uuid = /[0-9a-f]{8}-[0-9a-f-]{27}/.exec(message)?.[0] ?? '';
  const kwargs: Readonly<Record<string, Json>> = {
    InstanceNotFound: { instance_id: uuid },
    PortBindingFailed: { port_id: uuid },
    ConsoleTypeUnavailable: { console_type: /type (\w+)/.exec(message)?.[1] },
    InstanceInvalidState: {
      attr: 'power state',
      instance_uuid: uuid,
      state: 'shutdown',
      method: 'get_diagnostics',
    },
  };
  if (name === 'NotImplementedError') return new ServiceError('Unsupported', message);
  assert.ok(kwargs[name], `no arguments of ${name} known`);
  return new ServiceError('Internal', message, { nova: { name, code, kwargs: kwargs[name] } });
}

/** The error of an unversioned or a versioned notification. */
function recordedError(payload: Json): ServiceError | undefined {
  const data = dataOf(payload);
  if (typeof data['code'] === 'number') {
    const name = /'class': '(\w+)'/.exec(String(data['exception']))?.[1] ?? '';
    return errorOf(name, String(data['message']), data['code']);
  }
  const fault = data['fault'] as Json | null | undefined;
  if (!fault) return undefined;
  return errorOf(String(dataOf(fault)['exception']), String(dataOf(fault)['exception_message']), 500);
}

/** What nobody can foretell: ids, times of sending, the stack; microseconds, of which only Python has all. */
function comparable(message: Json): Json {
  const rest = structuredClone(message);
  for (const key of ['message_id', 'timestamp', '_unique_id', '_context_timestamp']) {
    assert.equal(typeof rest[key], 'string', key);
    delete rest[key];
  }
  const payload = rest['payload'] as Json;
  for (const key of ['launched_at', 'terminated_at', 'audit_period_ending']) {
    if (typeof payload[key] === 'string') payload[key] = payload[key].replace(/\.\d{6}$/, '');
  }
  for (const fault of [dataOf(payload)['fault'], payload]) forgetPlace(fault);
  return rest;
}

function forgetPlace(value: unknown): void {
  const data = dataOf((value ?? {}) as Json);
  for (const key of ['traceback', 'module_name', 'function_name'].filter((key) => key in data)) {
    assert.equal(typeof data[key], 'string', key);
    delete data[key];
  }
}

/** What releases after 26 add: we speak as the oldest release served. */
function asOldest(value: unknown, release: Release): unknown {
  if (release === 'zed') return value;
  const changed = structuredClone(value) as Json;
  const payload = changed['payload'] as Json;
  if (!('nova_object.data' in payload)) return changed;
  delete dataOf(payload)['shares'];
  delete payload['nova_object.version'];
  return changed;
}

function withoutVersion(value: Json, release: Release): Json {
  return asOldest(value, release) as Json;
}

/** The facts that the verb handed in, besides the instance. */
function factsOf(recording: Recording, notice: RecordedNotice, action: InstanceAction): ActionFacts {
  const data = dataOf(notice.payload);
  switch (action) {
    case 'rescue':
      return { action, rescueImageRef: (data['rescue_image_ref'] ?? null) as string | null };
    case 'snapshot':
      return { action, snapshotImageId: (data['snapshot_image_id'] ?? '') as string };
    case 'resize_prep':
      return { action, newFlavor: hydrate(recording.argumentsOf(notice, 'prep_resize')['flavor']) as Flavor };
    default:
      return { action } as ActionFacts;
  }
}

const settingsOf = (notice: RecordedNotice) =>
  ({
    host: String(notice.message['publisher_id']).replace(/^[^.:]*[.:]/, ''),
    format: notice.routingKey.startsWith('versioned') ? 'versioned' : 'unversioned',
  }) as const;

async function replayAction(
  recording: Recording,
  notice: RecordedNotice,
  instance: Instance,
): Promise<readonly OutgoingNotification[]> {
  const occasion = OCCASIONS.get(notice.eventType);
  assert.ok(occasion);
  const { action, phase } = occasion;
  const payload = notice.payload as Json;
  const error = recordedError(payload);
  const { notifier, sent, lines, finish } = harness(settingsOf(notice));
  await notifier.instance({
    ...factsOf(recording, notice, action),
    context: recording.contextOf(notice),
    instance,
    phase,
    extra: Object.fromEntries(EXTRAS.filter((key) => key in payload && !error).map((key) => [key, payload[key]])),
    ...(dataOf(payload)['block_devices'] ? { blockDevices: [] } : {}),
    ...(error && { error }),
  });
  await finish();
  assert.deepEqual(lines, []);
  return sent;
}

async function replayExists(
  recording: Recording,
  notice: RecordedNotice,
  instance: Instance,
): Promise<readonly OutgoingNotification[]> {
  const data = dataOf(notice.payload);
  const period = 'audit_period' in data ? dataOf(data['audit_period'] as Json) : data;
  const end = String(period['audit_period_ending']).replace(' ', 'T').replace(/Z$/, '');
  const now = (): Date => new Date(`${end.slice(0, 23)}Z`);
  const { notifier, sent, lines, finish } = harness(settingsOf(notice), { now });
  await notifier.usage({ context: recording.contextOf(notice), instance, period: 'current' });
  await finish();
  assert.deepEqual(lines, []);
  return sent;
}

/** One of the instances that it may have been about leads to exactly the recorded message. */
async function assertReplayed(
  release: Release,
  notice: RecordedNotice,
  instances: Iterable<Instance>,
  replay: (instance: Instance) => Promise<readonly OutgoingNotification[]>,
): Promise<void> {
  const expected = withoutVersion(comparable(notice.message), release);
  let first: Json | undefined;
  for (const instance of instances) {
    const sent = await replay(instance);
    assert.equal(sent.length, 1);
    const [{ topic, priority, message, enveloped } = assert.fail()] = sent;
    assert.deepEqual(
      { key: `${topic}.${priority.toLowerCase()}`, enveloped },
      { key: notice.routingKey, enveloped: true },
    );
    const wire = JSON.parse(JSON.stringify({ _unique_id: 'added by the sender', ...message })) as Json;
    const ours = withoutVersion(comparable(wire), release);
    first ??= ours;
    if (isDeepStrictEqual(ours, expected)) return;
  }
  assert.deepEqual(first, expected, `line ${notice.line}, ${notice.eventType}`);
}

for (const release of ['zed', 'epoxy'] as const) {
  describe(`notifications of the ${release} recording`, function () {
    this.timeout(30_000);
    const recording = new Recording(release);
    const notices = recording.notices();

    it('are rebuilt from the instances of the messages around them', async () => {
      const about = notices.filter(({ eventType }) => OCCASIONS.has(eventType));
      assert.ok(about.length > 120, `only ${about.length}`);
      for (const notice of about) {
        await assertReplayed(release, notice, recording.candidates(notice), (instance) =>
          replayAction(recording, notice, instance),
        );
      }
    });

    it('exists: for the period up to now', async () => {
      const exists = notices.filter(({ eventType }) => eventType.endsWith('instance.exists'));
      assert.ok(exists.length >= 16);
      for (const notice of exists) {
        await assertReplayed(release, notice, recording.candidates(notice), (instance) =>
          replayExists(recording, notice, instance),
        );
      }
    });

    it('exceptions, without what upstream gives away of the arguments', async () => {
      const failed = notices.filter(({ payload }) => 'args' in payload);
      assert.ok(failed.length >= 2);
      for (const notice of failed) await checkException(recording, notice);
    });

    it('are all accounted for', () => {
      const left = notices.filter(
        ({ eventType, payload }) =>
          !OCCASIONS.has(eventType) && !eventType.endsWith('instance.exists') && !('args' in payload),
      );
      assert.deepEqual([...new Set(left.map(({ eventType }) => eventType))], ['compute.exception']);
    });
  });
}

/** The error that an unversioned exception notification shows by its repr(). */
function errorOfRepr(repr: string): ServiceError {
  const part = (pattern: RegExp): string | undefined => pattern.exec(repr)?.[1];
  const name = part(/'class': '(\w+)'/);
  if (name === undefined) return errorOf(repr.replace('()', ''), '', 500);
  return errorOf(name, part(/'message': '([^']*)'/) ?? '', Number(part(/'code': (\d+)/)));
}

/** Everything that we tell of the instance is what upstream told; it told more. */
function checkArgs(ours: Json, recorded: Json): void {
  assert.deepEqual(Object.keys(ours), Object.keys(recorded));
  const { instance: told = {}, ...others } = ours as { instance?: Json };
  const { instance: known = {}, ...otherKnown } = recorded as { instance?: Json };
  assert.deepEqual(others, otherKnown);
  for (const [key, value] of Object.entries(told)) assert.deepEqual(value, known[key], key);
  assert.ok(!('instance' in recorded) || Object.keys(told).length > 30);
}

async function checkException(recording: Recording, notice: RecordedNotice): Promise<void> {
  const payload = notice.payload as { exception: string; args: Json };
  const args = hydrate(structuredClone(recording.argumentsOf(notice, notice.eventType))) as Json;
  const { notifier, sent, finish } = harness({ ...settingsOf(notice), format: 'both' });
  const error = errorOfRepr(payload.exception);
  await notifier.exception(recording.contextOf(notice), notice.eventType, error, args);
  await finish();
  const [legacy, versioned] = sent.map((one) => one.message as Json);
  assert.ok(legacy && versioned);
  const ours = legacy['payload'] as typeof payload;
  assert.equal(ours.exception, payload.exception);
  checkArgs(ours.args, payload.args);
  assert.ok(!JSON.stringify(sent).includes('<token>'));
  assert.equal(legacy['event_type'], notice.eventType);
  assert.equal(versioned['event_type'], 'compute.exception');
  assert.equal(dataOf(versioned['payload'] as Json)['exception_message'], error.message);
}
