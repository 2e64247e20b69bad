import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect } from 'amqplib';
import type { ActionFacts, NotificationPhase, PlainAction } from '../../../src/compute/ports/notifications.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import { ACTIONS, type InstanceAction } from '../../../src/notify/actions.js';
import { brokerSender } from '../../../src/notify/broker.js';
import type { NotificationDriver } from '../../../src/notify/delivery.js';
import type { Notifier } from '../../../src/notify/notifier.js';
import { unobserved } from '../../../src/observe/calls.js';
import { create, type Instance } from '../../../src/objects/index.js';
import { DEFAULT_RABBIT_OPTIONS, parseTransportUrl, Transport } from '../../../src/oslo/index.js';
import { CONTEXT, FLAVOR, harness, loggerInto, type LogLine } from '../../unit/notify/harness.js';
import { decodeEnvelope } from '../../../src/oslo/envelope.js';
import { Broker } from '../oslo/broker.js';

const UUID = '11111111-2222-4333-8444-555555555555';
const VOLUME = '22222222-2222-4333-8444-555555555555';

interface Heard {
  readonly priority: string;
  readonly event_type: string;
  readonly publisher_id: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** What Python's oslo.messaging reads of so many notifications that are on their way or in the queues. */
async function hear(url: string, count: number): Promise<Heard[]> {
  const script = fileURLToPath(new URL('listener.py', import.meta.url));
  const { stdout } = await promisify(execFile)('/usr/bin/python3', [script, url, String(count)], {
    maxBuffer: 64 * 1024 * 1024,
  });
  const [ready, ...lines] = stdout.trim().split('\n');
  assert.equal(ready, '"ready"');
  return lines.map((line) => JSON.parse(line) as Heard);
}

/** Event types in a queue, in its order. */
async function eventsIn(url: string, queue: string): Promise<string[]> {
  const connection = await connect(url.replace(/^rabbit:/, 'amqp:'));
  const channel = await connection.createChannel();
  const events: string[] = [];
  for (let next = await channel.get(queue); next !== false; next = await channel.get(queue)) {
    channel.ack(next);
    events.push(String(decodeEnvelope(next.content)['event_type']));
  }
  await connection.close();
  return events;
}

const VIF = {
  id: '33333333-2222-4333-8444-555555555555',
  address: 'fa:16:3e:00:00:01',
  network: {
    id: '44444444-2222-4333-8444-555555555555',
    bridge: 'br-int',
    label: 'net1',
    meta: { mtu: 1450 },
    subnets: [
      {
        cidr: '10.0.0.0/24',
        dns: [],
        gateway: { address: '10.0.0.1', type: 'gateway', version: 4, meta: {} },
        ips: [{ address: '10.0.0.5', type: 'fixed', version: 4, meta: {}, floating_ips: [] }],
        routes: [],
        version: 4,
        meta: {},
      },
    ],
  },
  type: 'ovs',
  details: {},
  devname: 'tap33333333-22',
  ovs_interfaceid: null,
  qbh_params: null,
  qbg_params: null,
  active: true,
  vnic_type: 'normal',
  profile: {},
  preserve_on_delete: false,
  delegate_create: true,
  meta: { rate: 5 },
};

/** An instance with something in every place that a payload looks at. */
function fullInstance(): Instance {
  const pair = { id: 1, user_id: 'u1', name: 'k', public_key: 'ssh-ed25519 AAAA', fingerprint: 'aa:bb', type: 'ssh' };
  return create('Instance', {
    id: 7,
    uuid: UUID,
    user_id: 'u1',
    project_id: 'p1',
    reservation_id: 'r-1',
    display_name: 'ümlaut',
    display_description: 'd',
    hostname: 'h',
    host: 'host1',
    node: 'node1',
    os_type: null,
    architecture: 'x86_64',
    availability_zone: 'nova',
    image_ref: UUID,
    key_name: 'k',
    kernel_id: '',
    ramdisk_id: '',
    created_at: new Date('2026-11-22T18:00:00Z'),
    launched_at: new Date('2026-11-22T18:00:01Z'),
    terminated_at: null,
    deleted_at: null,
    updated_at: new Date('2026-11-22T18:00:02Z'),
    vm_state: 'active',
    power_state: 1,
    task_state: 'powering-off',
    progress: 50,
    metadata: { a: 'b' },
    system_metadata: { image_os: 'linux', locked_reason: 'because', image_min_ram: '0' },
    locked: true,
    auto_disk_config: true,
    instance_type_id: 1,
    flavor: FLAVOR,
    info_cache: create('InstanceInfoCache', { instance_uuid: UUID, network_info: [VIF] }),
    keypairs: create('KeyPairList', { objects: [create('KeyPair', pair)] }),
    tags: create('TagList', { objects: [create('Tag', { resource_id: UUID, tag: 'blue' })] }),
    trusted_certs: create('TrustedCerts', { ids: ['c1'] }),
  });
}

function factsOf(action: InstanceAction): ActionFacts {
  const everything = {
    rescueImageRef: UUID,
    snapshotImageId: UUID,
    newFlavor: FLAVOR,
    volumeId: VOLUME,
    oldVolumeId: VOLUME,
    newVolumeId: UUID,
  };
  return { action, ...everything } as unknown as ActionFacts;
}

/** Every notification there is, and the event types that are to be heard, in order. */
async function tellEverything(notifier: Notifier): Promise<string[]> {
  const instance = fullInstance();
  const volume = create('BlockDeviceMapping', { volume_id: VOLUME, device_name: '/dev/vdb', boot_index: 0, tag: 't' });
  const expected: string[] = [];
  for (const [action, { legacy, versioned }] of Object.entries(ACTIONS)) {
    for (const phase of ['start', 'end', 'error'] as const satisfies NotificationPhase[]) {
      const error = new ServiceError('NotFound', 'gone', {
        nova: { name: 'InstanceNotFound', code: 404, kwargs: { instance_id: UUID } },
      });
      await notifier.instance({
        ...factsOf(action as InstanceAction),
        context: CONTEXT,
        instance,
        phase,
        blockDevices: [volume],
        ...(phase === 'error' && { error }),
      });
      expected.push(...[legacy[phase], versioned[phase]].filter((event) => event !== undefined));
    }
  }
  await notifier.usage({ context: CONTEXT, instance, period: 'previous' });
  await notifier.exception(CONTEXT, 'stop_instance', new TypeError('a slip'), { instance, new_pass: 'x' });
  return [...expected, 'compute.instance.exists', 'instance.exists', 'stop_instance', 'compute.exception'];
}

describe("notifications, read by Python's oslo.messaging and Nova's classes", function () {
  let own: Broker | undefined;
  let url: string;
  let transport: Transport;
  let lines: LogLine[];

  before(async () => {
    const given = process.env['TEST_AMQP_URL'];
    own = given === undefined ? await Broker.start() : undefined;
    url = given ?? own?.url ?? '';
  });
  after(async () => own?.stop());

  beforeEach(() => {
    lines = [];
    const quick = { kombuReconnectDelayS: 0.1, rabbitRetryIntervalS: 0.2, rabbitRetryBackoffS: 0 };
    transport = new Transport({
      url: parseTransportUrl(url),
      options: { ...DEFAULT_RABBIT_OPTIONS, ...quick },
      program: 'contract-test',
      log: loggerInto([]),
    });
    transport.start();
  });
  afterEach(() => transport.close());

  const notifierOf = (drivers: readonly NotificationDriver[]): Notifier => {
    const sender = brokerSender({ transport, exchange: 'nova', retry: -1, observer: unobserved, uuid: randomUUID });
    const settings = { drivers, capacity: 1000 };
    return harness(settings, { sender, uuid: randomUUID, now: () => new Date(), log: loggerInto(lines) }).notifier;
  };

  for (const driver of ['messagingv2', 'messaging'] as const) {
    it(`driver ${driver}: all are decoded, also those sent before the first reader came`, async () => {
      const notifier = notifierOf([driver]);
      const expected = await tellEverything(notifier);
      await notifier.close(new AbortController().signal);
      const heard = await hear(url, expected.length);
      assert.deepEqual(
        heard
          .filter(({ problems }) => problems.length > 0)
          .map(({ event_type, problems }) => ({ event_type, problems })),
        [],
      );
      assert.deepEqual(heard.map(({ event_type }) => event_type).sort(), [...expected].sort());
      assert.deepEqual(lines, []);
      for (const { priority, event_type, context } of heard) {
        const isError = /error$|exception$|^stop_instance$/.test(event_type);
        assert.equal(priority, isError ? 'error' : 'info', event_type);
        assert.deepEqual(
          [context['request_id'], context['user_id'], context['auth_token'], context['service_catalog']],
          [CONTEXT.requestId, 'u1', null, []],
        );
      }
    });
  }

  it('waits for a broker that is away, holds nobody up meanwhile, and keeps the order', async function () {
    if (!own) return this.skip();
    const notifier = notifierOf(['messagingv2']);
    const instance = fullInstance();
    const actions: PlainAction[] = ['pause', 'unpause', 'suspend', 'resume', 'reboot', 'delete'];
    const phases = ['start', 'end'] as const;
    const tell = async (action: PlainAction): Promise<void> => {
      for (const phase of phases) await notifier.instance({ context: CONTEXT, instance, action, phase });
    };
    await tell('create');
    assert.equal((await hear(url, 4)).length, 4);
    await own.kill();
    for (const action of actions) await tell(action);
    await own.boot();
    await notifier.close(new AbortController().signal);
    assert.deepEqual(lines, []);
    const expected = actions.flatMap((action) => phases.map((phase) => `instance.${action}.${phase}`));
    assert.deepEqual(
      await eventsIn(url, 'notifications.info'),
      expected.map((event) => `compute.${event}`),
    );
    assert.deepEqual(await eventsIn(url, 'versioned_notifications.info'), expected);
  });
});
