import type { ChoreParts } from '../compute/chores/chore.js';
import { createHandlers } from '../compute/manager.js';
import { PowerSync } from '../compute/power/power-sync.js';
import { Presence } from '../compute/presence/presence.js';
import { initHost } from '../compute/recovery/init-host.js';
import { tellOfParked } from '../compute/recovery/parked.js';
import type { ManagerParts } from '../compute/operation.js';
import { createConductorFor } from '../conductor/conductor.js';
import { createNodeStore } from '../conductor/nodes.js';
import { createServiceRecords } from '../conductor/services.js';
import type { Config } from '../config/tables.js';
import { unobserved, type CallObserver } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import { createAllocations } from '../openstack/allocations.js';
import { createCinder } from '../openstack/cinder.js';
import { createGlance } from '../openstack/glance.js';
import { createProviders } from '../openstack/placement.js';
import type { ParkedMessage, RpcServer } from '../oslo/index.js';
import { PeriodicRunner } from '../periodic/runner.js';
import { openEngine, type EngineRoom } from './engine.js';
import { lookAtBoot } from './host-boot.js';
import { following, LiveConfig } from './live.js';
import { conductorParts, managerParts, ownContext } from './manager.js';
import { createServer, instancesInInbox, openMessaging, uuidOf, type Messaging } from './messaging.js';
import { openInstanceFolders } from './instance-folders.js';
import { openCpuPins, openNode, type NodeRoom } from './node.js';
import { openNotifications } from './notifications.js';
import { openNetworks } from './networks.js';
import { LivePolicy } from './policy.js';
import { openRest, type Rest } from './rest.js';
import { choreSettings } from './settings.js';
import { followControlPlane, periodicTasks } from './tasks.js';

/** A service that has started. */
export interface RunningApp {
  /** Takes no new requests, waits for what runs until the deadline, closes. What is unfinished stays in the inbox. */
  stop(deadlineMs: number): Promise<void>;
  /** Takes this configuration in place of the one in force. Only reloadable options may differ. */
  reload(config: Config): Promise<void>;
  /** Settles when the service has stopped. */
  readonly done: Promise<void>;
}

/** After the deadline, running work has this long to come to a safe point. */
const GRACE_MS = 5000;

/**
 * Starts the service in the order in which nova-compute does (nova/service.py, release 26), with two differences: the
 * inbox is read before the queues, and the first report follows at once. Throws when something stands against a start
 * (a wrong identity, an engine that is not there) with a text that says what to do. `observer` is told of every call to
 * the outside.
 */
export async function startApp(config: Config, log: Logger, observer: CallObserver = unobserved): Promise<RunningApp> {
  const life = new AbortController();
  const { signal } = life;
  const done = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  const policy = new LivePolicy(config, log);
  const live = new LiveConfig(config);
  const messaging = await openMessaging(config, log);
  const rest = openRest(live, observer);
  const close = async (): Promise<void> => {
    life.abort();
    rest.close();
    await messaging.client.close();
    await messaging.transport.close();
  };
  try {
    const service = await assemble({ config, live, log, messaging, rest, signal, observer, policy });
    const server = await serve(service);
    return {
      done,
      stop: (deadlineMs) => stop(service, server, deadlineMs).finally(close),
      reload: async (next) => {
        // A mistake in its file leaves everything as it is.
        policy.reload(next);
        live.replace(next);
        return Promise.resolve();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function stop(service: Service, server: RpcServer, deadlineMs: number): Promise<void> {
  const left = await server.stop({ deadlineMs, graceMs: GRACE_MS });
  if (left > 0) service.log.warn('Requests still ran at the deadline; they stay in the inbox', { left });
  await service.engine.consoles.stop();
  await service.room.node.close();
  await service.closeNotifications();
}

interface Ingredients {
  /** As it was at the start: for what cannot change. */
  readonly config: Config;
  readonly live: LiveConfig;
  readonly log: Logger;
  readonly messaging: Messaging;
  readonly rest: Rest;
  readonly signal: AbortSignal;
  readonly observer: CallObserver;
  readonly policy: LivePolicy;
}

interface Service extends Ingredients {
  readonly parts: ManagerParts;
  readonly presence: Presence;
  readonly room: NodeRoom;
  readonly engine: EngineRoom;
  readonly closeNotifications: () => Promise<void>;
}

/** Makes the parts and registers with Nova; nothing is served yet. */
async function assemble(ingredients: Ingredients): Promise<Service> {
  const { config, live, log, messaging, rest, signal, observer, policy } = ingredients;
  const conductor = conductorParts(live, messaging.client, observer, log);
  const records = createServiceRecords(conductor, signal);
  const presence = new Presence({ records, host: config.DEFAULT.host, log });
  await records.waitForConductor(signal);
  await presence.detect();
  const cpus = await openCpuPins(config);
  const serviceVersion = (await records.find(config.DEFAULT.host))?.peek('version');
  const library = createGlance(rest.glance);
  const engine = openEngine(live, library, observer, log);
  const allocations = createAllocations(rest.placement);
  const store = createNodeStore({
    parts: conductor,
    node: config.DEFAULT.host,
    isServiceDisabled: async () => (await records.find(config.DEFAULT.host))?.get('disabled') ?? false,
    serviceId: () => (presence.controlPlane.knowsNodesByUuid ? presence.serviceId : undefined),
    lifetime: signal,
  });
  const room = await openNode({
    live,
    containers: engine.containers,
    store,
    providers: createProviders(rest.placement),
    allocations,
    controlPlaneVersion: presence.controlPlane.version,
    serviceVersion,
    observer,
    log,
  });
  const conductorFor = createConductorFor(conductor);
  const notifications = openNotifications({ config, messaging, conductorFor, observer, log });
  const parts = managerParts(
    live,
    {
      engine,
      library,
      networks: openNetworks(live, { rest, nodeUuid: () => room.node.uuid(), observer, log }),
      volumes: createCinder(rest.cinder),
      ...{ allocations, cpus, policy, conductorFor },
      folders: openInstanceFolders(config, engine.containers, log),
      node: room.node,
      notifications: notifications.notifications,
    },
    log,
  );
  return { ...ingredients, parts, presence, room, engine, closeNotifications: () => notifications.close() };
}

/** Brings the host in order, registers, and takes requests. */
async function serve(service: Service): Promise<RpcServer> {
  const { config, live, log, messaging, parts, presence, room, signal } = service;
  const handlers = createHandlers(parts);
  const onParked = (message: ParkedMessage): Promise<void> =>
    tellOfParked(parts, { ...message, instanceUuid: uuidOf(message.args['instance']) }, signal);
  const server = createServer(config, messaging, handlers, onParked);
  const power = new PowerSync({
    parts,
    ownContext,
    debounceMs: config.docker.stop_event_debounce * 1000,
    followsEvents: () => live.current.workarounds.handle_virt_lifecycle_events,
    signal,
  });
  const resumed = instancesInInbox(messaging.inbox);
  // Servers that are gone take their consoles along.
  await service.engine.consoles.open();
  await initHost({ parts, handlers, context: ownContext(), resumed, signal });
  await presence.register();
  await room.tracker.start();
  parts.containers.watch((event) => {
    parts.deaths.onEvent(event);
    power.onEvent(event);
  }, signal);
  const boot = await lookAtBoot(config.DEFAULT.state_path);
  await power.compareAtStart(!boot.isNew || config.DEFAULT.resume_guests_state_on_host_boot);
  await boot.remember();
  await server.recover();
  await server.listen('compute', signal);
  if (presence.controlPlane.usesAlternateTopic) await server.listen('compute-alt', signal);
  await presence.report();
  followAfterReconnects(service, server);
  runTasks(service, { power, server, handlers });
  log.info('The service takes requests', { host: config.DEFAULT.host });
  return server;
}

function runTasks(
  { live, messaging, parts, presence, room, signal, log }: Service,
  { power, server, handlers }: { power: PowerSync; server: RpcServer; handlers: ChoreParts['handlers'] },
): void {
  const requested = (): ReadonlySet<string> => instancesInInbox(messaging.inbox);
  const settings = following(live, choreSettings);
  const chores = { parts, handlers, settings, ownContext, requested, signal };
  const runner = new PeriodicRunner(periodicTasks({ live, presence, room, power, server, chores, log }), log);
  live.onChange(() => runner.intervalsChanged());
  void runner.run(signal);
}

/** While the broker was away the control plane may have been upgraded. */
function followAfterReconnects({ messaging, presence, signal, log }: Service, server: RpcServer): void {
  let wasDown = false;
  const stop = messaging.transport.onState((state) => {
    if (state !== 'up') {
      wasDown = true;
    } else if (wasDown) {
      wasDown = false;
      followControlPlane({ presence, server, log }).catch((error: unknown) => {
        log.warn('The release of the control plane could not be read', { error });
      });
    }
  });
  signal.addEventListener('abort', stop, { once: true });
}
