import type { Conductor, ConductorFor } from '../../../src/compute/ports/conductor.js';
import type { InstanceNotification } from '../../../src/compute/ports/notifications.js';
import { create, type FieldsOf, type Instance } from '../../../src/objects/index.js';
import { ServiceError } from '../../../src/errors/kinds.js';
import type { RequestContext } from '../../../src/observe/context.js';
import type { LogFacts, Logger } from '../../../src/observe/logger.js';
import type { OutgoingNotification } from '../../../src/notify/delivery.js';
import { auditPeriod } from '../../../src/notify/audit-period.js';
import { imageUrls } from '../../../src/notify/image-url.js';
import { createRedactor } from '../../../src/observe/redact.js';
import { Notifier } from '../../../src/notify/notifier.js';
import type { NotifierParts, NotifierSettings } from '../../../src/notify/settings.js';

export type Json = Record<string, unknown>;

export interface LogLine {
  readonly level: keyof Logger;
  readonly message: string;
  readonly facts: LogFacts;
}

export function loggerInto(lines: LogLine[]): Logger {
  const at =
    (level: keyof Logger) =>
    (message: string, facts: LogFacts = {}): void => {
      lines.push({ level, message, facts });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

export const SETTINGS: NotifierSettings = {
  host: 'host1',
  drivers: ['messagingv2'],
  format: 'both',
  topics: ['notifications'],
  versionedTopics: ['versioned_notifications'],
  withBlockDevices: false,
  auditPeriod: auditPeriod('month'),
  instanceNameTemplate: 'instance-%08x',
  capacity: 100,
};

export interface Harness {
  readonly notifier: Notifier;
  readonly sent: OutgoingNotification[];
  readonly lines: LogLine[];
  /** Waits until everything that was asked for is sent or lost. */
  readonly finish: () => Promise<void>;
}

export interface Lookups {
  readonly instance: Conductor['instances']['get'];
  readonly blockDevices: Conductor['blockDevices']['ofInstance'];
}

/** A conductor of which nothing but these is asked. */
export function conductorWith({ instance, blockDevices }: Lookups): ConductorFor {
  const conductor = { instances: { get: instance }, blockDevices: { ofInstance: blockDevices } };
  return () => conductor as unknown as Conductor;
}

/** A notifier whose broker is a list. */
export function harness(settings: Partial<NotifierSettings> = {}, parts: Partial<NotifierParts> = {}): Harness {
  const sent: OutgoingNotification[] = [];
  const lines: LogLine[] = [];
  let ids = 0;
  const nothingKnown = () => Promise.reject(new ServiceError('NotFound', 'no such instance'));
  const notifier = new Notifier({
    settings: { ...SETTINGS, ...settings },
    sender: {
      send: (notification) => {
        sent.push(notification);
        return Promise.resolve();
      },
    },
    conductorFor: conductorWith({ instance: nothingKnown, blockDevices: nothingKnown }),
    redactor: createRedactor(),
    imageUrl: imageUrls({
      apiServers: [],
      endpointOverride: null,
      regionName: null,
      validInterfaces: ['internal', 'public'],
    }),
    now: () => new Date('2026-11-22T18:30:18.394Z'),
    uuid: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, '0')}`,
    log: loggerInto(lines),
    ...parts,
  });
  return { notifier, sent, lines, finish: () => notifier.close(new AbortController().signal) };
}

export const CONTEXT: RequestContext = {
  requestId: 'req-11111111-1111-4111-8111-111111111111',
  globalRequestId: null,
  userId: 'u1',
  projectId: 'p1',
  userName: 'alice',
  projectName: 'lab',
  userDomainId: 'default',
  projectDomainId: 'default',
  domainId: null,
  systemScope: null,
  isAdmin: false,
  isAdminProject: true,
  readDeleted: 'no',
  roles: ['member'],
  authToken: 'gAAAAAsecret-token',
  serviceCatalog: [],
  remoteAddress: '192.0.2.7',
  timestamp: '2026-11-22T18:00:00.000000',
  quotaClass: null,
};

export const FLAVOR = create('Flavor', {
  id: 1,
  name: 'c1.tiny',
  flavorid: 'f1',
  memory_mb: 64,
  vcpus: 1,
  root_gb: 1,
  ephemeral_gb: 2,
  swap: 0,
  disabled: false,
  is_public: true,
});

const CACHE = create('InstanceInfoCache', { instance_uuid: 'i1', network_info: [] });

/** As nova-api sends it with some requests. */
export function instanceWith(fields: Partial<FieldsOf<'Instance'>> = {}): Instance {
  const bare = { id: 255, uuid: 'i1', vm_state: 'active', project_id: 'p1', image_ref: 'image1' };
  return create('Instance', { ...bare, ...fields });
}

/** With everything that a notification needs. */
export function whole(fields: Partial<FieldsOf<'Instance'>> = {}): Instance {
  return instanceWith({ flavor: FLAVOR, info_cache: CACHE, system_metadata: {}, metadata: {}, ...fields });
}

export const pauseOf = (instance: Instance): InstanceNotification => ({
  context: CONTEXT,
  instance,
  action: 'pause',
  phase: 'start',
});

export function keys(sent: readonly OutgoingNotification[]): string[] {
  return sent.map(({ topic, priority, message }) => `${topic}.${priority} ${String(message['event_type'])}`);
}

/** The payload, of a versioned one its fields. */
export function dataOf(notification: OutgoingNotification | undefined): Json {
  const payload = notification?.message['payload'] as Json;
  return (payload['nova_object.data'] ?? payload) as Json;
}

export async function sendPause({ notifier, finish }: Harness, instance = whole()): Promise<void> {
  await notifier.instance(pauseOf(instance));
  await finish();
}
