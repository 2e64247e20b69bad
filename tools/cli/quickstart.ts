import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bringUp } from '../plane/bring-up.js';
import { buildService } from '../plane/build.js';
import { findService } from '../plane/catalog.js';
import { installFor } from '../plane/install.js';
import { openPlane } from '../plane/open.js';
import { haveServer } from '../plane/openstack/first-server.js';
import { openrcFile } from '../plane/openrc.js';
import { openSpace } from '../plane/machine/space.js';
import type { Plane } from '../plane/plane.js';
import { Progress, terminal } from '../plane/progress.js';
import { logFile } from '../plane/service-control.js';
import { statusTable } from '../plane/status.js';
import { loadPlane, preparePlane, requirePlane } from '../plane/store.js';
import { removePlane, stopPlane } from '../plane/take-down.js';
import { Trouble } from '../plane/trouble.js';
import { requireRoot, runHere, runInNetwork } from './inside.js';
import { main } from './main.js';

const HELP = `From a fresh machine to a container that Nova boots: a control plane, the compute service and a first server.

  tools/quickstart            do it; again: quick and harmless
  tools/quickstart status     what runs
  tools/quickstart env        the shell variables: eval "$(tools/quickstart env)"
  tools/quickstart logs [SERVICE] [-f]   the log of the compute service, or of another
  tools/quickstart stop       stop it, keep its data
  tools/quickstart wipe       stop it and remove all of it

  --name NAME                 "quickstart" when not given; the folder is .planes/NAME
  --netns own|none            the machine's own network (none, the default), or a network namespace
  --compute docker|fake       this project's service (default), or Python's with its fake driver

Needs root, Debian 12, Node.js 20.19, git and apt; installs what else is missing from Debian's packages.`;

const OPTIONS = {
  name: { type: 'string', default: 'quickstart' },
  netns: { type: 'string', default: 'none' },
  compute: { type: 'string', default: 'docker' },
  follow: { type: 'boolean', short: 'f', default: false },
  inside: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const SERVER = 'hello';

/** Servers come back with their host, as a person who stops and starts all of it expects. */
const OVERRIDES = {
  compute: { DEFAULT: { resume_guests_state_on_host_boot: 'true', sync_power_state_interval: '60' } },
};

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

async function quickstart(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse(args);
  const [command = 'up', service = 'compute'] = positionals;
  if (values.help || command === 'help') {
    console.log(HELP);
    return 0;
  }
  const { name } = values;
  const commands: Record<string, () => Promise<number> | number> = {
    up: () => up(values, args, signal),
    status: () => show(statusTable(requirePlane(name))),
    env: () => show(readFileSync(openrcFile(requirePlane(name), 'admin'), 'utf8').trimEnd()),
    logs: () => logs(requirePlane(name), service, values.follow, signal),
    stop: () => stop(name, signal),
    wipe: () => wipe(name, signal),
  };
  const chosen = commands[command];
  if (chosen === undefined) throw new Trouble(`"${command}" is no command`, { hint: 'tools/quickstart --help' });
  return chosen();
}

async function up(values: Values, args: readonly string[], signal: AbortSignal): Promise<number> {
  requireRoot();
  const { name, netns, compute } = values;
  if (netns !== 'own' && netns !== 'none') throw new Trouble('--netns must be own or none');
  if (compute !== 'docker' && compute !== 'fake') throw new Trouble('--compute must be docker or fake');
  if (values.inside) return upInside(requirePlane(name), signal);
  const plane = await preparePlane({ name, isolated: netns === 'own', compute, only: null, overrides: OVERRIDES });
  console.log(`plane "${name}": all its state is in ${plane.folder}`);
  const progress = new Progress(terminal());
  try {
    const build = (): Promise<string> => buildService(plane.checkout, join(plane.log, 'build.log'), signal);
    const building = compute === 'docker' ? progress.step('build', build, (note) => note) : Promise.resolve();
    await Promise.all([installFor(plane, progress, signal), building]);
    if (plane.space !== null) await openSpace(plane.space, signal);
  } finally {
    progress.close();
  }
  if (plane.space === null) return upInside(plane, signal);
  return runInNetwork(plane, ['quickstart', ...args, '--inside'], signal);
}

async function upInside(plane: Plane, signal: AbortSignal): Promise<number> {
  const screen = terminal();
  const progress = new Progress(screen);
  try {
    // What is built was built while packages were installed.
    await bringUp(plane, progress, signal, ['build']);
    await progress.step(
      'server',
      () => haveServer({ plane, name: SERVER, runs: (id) => containerRuns(plane, id) }, signal),
      (note) => note,
    );
    const tables = await progress.step('tables', () => showAll(plane));
    progress.close();
    console.log(tables);
  } finally {
    progress.close();
  }
  const seconds = Math.round(screen.now() / 1000);
  console.log(`\nReady after ${seconds} s. Go on with:\n${nextSteps(plane)}`);
  return 0;
}

/** The fake driver makes no container, so there Nova's word has to do. */
async function containerRuns(plane: Plane, id: string): Promise<boolean> {
  if (plane.compute === 'fake') return true;
  return (await openPlane(plane.name).docker(['ps', '--quiet', '--filter', `name=^/nova-${id}$`])).trim() !== '';
}

/** What Nova shows beside what the engine shows. */
async function showAll(plane: Plane): Promise<string> {
  const open = openPlane(plane.name);
  const client = (...words: string[]): Promise<string> => open.openstackTable(words);
  const [servers, hypervisors, containers] = await Promise.all([
    client('server', 'list', '--long'),
    client('hypervisor', 'list'),
    open.docker(['ps']),
  ]);
  return [
    '\n$ openstack server list --long',
    servers.trimEnd(),
    '\n$ openstack hypervisor list',
    hypervisors.trimEnd(),
    '\n$ docker ps',
    containers.trimEnd(),
  ].join('\n');
}

function nextSteps(plane: Plane): string {
  const name = plane.name === 'quickstart' ? '' : ` --name ${plane.name}`;
  return [
    `  source ${openrcFile(plane, 'admin')}`,
    '  openstack server create --image busybox --flavor m1.tiny --network private --wait another',
    `  openstack console log show ${SERVER}; openstack server stop ${SERVER}; docker ps --all`,
    `  tools/quickstart status${name} | logs [-f]${name} | stop${name} | wipe${name}`,
  ].join('\n');
}

function show(text: string): number {
  console.log(text);
  return 0;
}

function logs(plane: Plane, service: string, follow: boolean, signal: AbortSignal): Promise<number> {
  const file = logFile(plane, findService(plane, service));
  return runHere(['tail', '-n', '100', ...(follow ? ['-f'] : []), file], signal);
}

async function stop(name: string, signal: AbortSignal): Promise<number> {
  requireRoot();
  const plane = requirePlane(name);
  const progress = new Progress(terminal());
  try {
    await stopPlane(plane, progress, signal);
  } finally {
    progress.close();
  }
  return show(`stopped; all data stay in ${plane.folder}, and tools/quickstart starts it again`);
}

async function wipe(name: string, signal: AbortSignal): Promise<number> {
  requireRoot();
  const plane = loadPlane(name);
  if (plane === null) return show(`there is no plane "${name}"`);
  await removePlane(plane, signal);
  return show(`plane "${name}" and all its data are gone`);
}

main(quickstart);
