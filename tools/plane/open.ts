import { run, cleanEnvironment, type CommandResult } from './machine/command.js';
import { enterNetwork } from './machine/space.js';
import { setCable } from './cable.js';
import { findService } from './catalog.js';
import { furtherViews } from './hosts.js';
import { clientEnvironment } from './openrc.js';
import { Rest, apiUrl, type Account, type Api } from './openstack/rest.js';
import { dockerSocket, firstHost, transportUrl, type Overrides, type Plane } from './plane.js';
import { killService, logFile, runningRecord, startService, stopService } from './service-control.js';
import { rabbitmqEnvironment } from './services/rabbitmq.js';
import { requirePlane } from './store.js';
import { Trouble } from './trouble.js';

/** One service of an open plane, for tests that take it away. Every wait ends with an error after two minutes. */
export interface ServiceHandle {
  readonly name: string;
  readonly logFile: string;
  /** The pid of its process, or null when it does not run. */
  readonly pid: number | null;
  /** Starts it and waits until it is ready. */
  start(): Promise<void>;
  /** Asks it to end (SIGTERM) and waits. */
  stop(): Promise<void>;
  /** `options`: configuration besides its own, until its next start. */
  restart(options?: Overrides): Promise<void>;
  /** Ends it as a crash would (SIGKILL). */
  kill(): Promise<void>;
}

/** One compute host of an open plane, for tests that take it away. */
export interface HostHandle {
  readonly name: string;
  docker(words: readonly string[]): Promise<string>;
  /** Any command in the host's network. */
  run(argv: readonly string[]): Promise<CommandResult>;
  /** Pulls its cable: nothing comes or goes, and nobody is told. Not for the host that the control plane is on. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** What a test needs of a plane that is up. */
export interface OpenPlane {
  readonly plane: Plane;
  readonly name: string;
  readonly folder: string;
  /** Where its network lives; null for the machine's own. */
  readonly netns: string | null;
  /** RabbitMQ's address with its password. */
  readonly transportUrl: string;
  /** The engine's unix socket, a path. */
  readonly dockerSocket: string;
  /** Nova's name of the first compute host. */
  readonly host: string;
  url(api: Api): string;
  /** A REST client; only from inside the plane's network. */
  rest(account?: Account): Rest;
  /** Debian's OpenStack client: its JSON output parsed, or null for commands that print none. From anywhere. */
  openstack(words: readonly string[], account?: Account): Promise<unknown>;
  /** The same as its table for people. */
  openstackTable(words: readonly string[], account?: Account): Promise<string>;
  rabbitmqctl(words: readonly string[]): Promise<string>;
  docker(words: readonly string[]): Promise<string>;
  /** Any command in the plane's network. */
  run(argv: readonly string[], env?: Readonly<Record<string, string>>): Promise<CommandResult>;
  /** A service; those of further hosts are called `compute@compute2` and so on. */
  service(name: string): ServiceHandle;
  /** One of its compute hosts. */
  on(host: string): HostHandle;
}

/**
 * The plane of that name, for tests: without a name the one that `tools/test` brought up for this run.
 * @throws Trouble when there is none
 */
export function openPlane(name = process.env['NCD_PLANE']): OpenPlane {
  if (name === undefined) {
    throw new Trouble('this test needs a plane', {
      hint: 'run it by tools/test, or name one that is up: NCD_PLANE=dev',
    });
  }
  const plane = requirePlane(name);
  const inside = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> => {
    const enter = plane.space === null ? [] : enterNetwork(plane.space);
    return run([...enter, ...argv], { env: cleanEnvironment(env) });
  };
  return {
    plane,
    name: plane.name,
    folder: plane.folder,
    netns: plane.space?.netns ?? null,
    transportUrl: transportUrl(plane),
    dockerSocket: dockerSocket(plane),
    host: firstHost(plane).name,
    url: (api) => apiUrl(plane, api),
    rest: (account = 'admin') => new Rest(plane, account),
    openstackTable: async (words, account = 'admin') => {
      return (await inside(['/usr/bin/openstack', ...words], clientEnvironment(plane, account))).stdout;
    },
    openstack: async (words, account = 'admin') => {
      const { stdout } = await inside(
        ['/usr/bin/openstack', ...words, ...format(words)],
        clientEnvironment(plane, account),
      );
      return stdout.trim() === '' ? null : (JSON.parse(stdout) as unknown);
    },
    rabbitmqctl: async (words) => {
      return (await inside(['/usr/lib/rabbitmq/bin/rabbitmqctl', '-q', ...words], rabbitmqEnvironment(plane))).stdout;
    },
    docker: async (words) => (await inside(['docker', `--host=unix://${dockerSocket(plane)}`, ...words])).stdout,
    run: inside,
    service: (which) => handleOf(plane, which),
    on: (host) => hostOf(plane, host),
  };
}

function hostOf(plane: Plane, name: string): HostHandle {
  const view = [plane, ...furtherViews(plane)].find((each) => firstHost(each).name === name);
  if (view === undefined) throw new Trouble(`plane "${plane.name}" has no host "${name}"`);
  const enter = view.space === null ? [] : enterNetwork(view.space);
  const inside = (argv: readonly string[]): Promise<CommandResult> => {
    return run([...enter, ...argv], { env: cleanEnvironment() });
  };
  const soon = (): AbortSignal => AbortSignal.timeout(20_000);
  return {
    name,
    run: inside,
    docker: async (words) => (await inside(['docker', `--host=unix://${dockerSocket(view)}`, ...words])).stdout,
    cut: () => setCable(view, 'down', soon()),
    mend: () => setCable(view, 'up', soon()),
  };
}

/** Commands that change a thing without showing it know no output format. */
function format(words: readonly string[]): string[] {
  const silent = [
    'delete',
    'set',
    'unset',
    'add',
    'remove',
    'start',
    'stop',
    'reboot',
    'pause',
    'unpause',
    'suspend',
    'resume',
  ];
  return words.some((word) => silent.includes(word)) ? [] : ['-f', 'json'];
}

function handleOf(plane: Plane, name: string): ServiceHandle {
  const service = findService(plane, name);
  const soon = (): AbortSignal => AbortSignal.timeout(120_000);
  return {
    name,
    logFile: logFile(plane, service),
    get pid() {
      return runningRecord(plane, service)?.pid ?? null;
    },
    start: async () => {
      await startService(plane, service, soon());
    },
    stop: async () => {
      await stopService(plane, service, soon());
    },
    restart: async (options = {}) => {
      await stopService(plane, service, soon());
      await startService({ ...plane, overrides: { ...plane.overrides, ...options } }, service, soon());
    },
    kill: async () => {
      await killService(plane, service, soon());
    },
  };
}
