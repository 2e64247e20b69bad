import { parseArgs } from 'node:util';
import { bringUp } from '../plane/bring-up.js';
import { findService } from '../plane/catalog.js';
import { requireRoot, runInNetwork } from './inside.js';
import { spacesOf } from '../plane/hosts.js';
import { installFor } from '../plane/install.js';
import { COMPUTE_KINDS, SWITCHES, type Overrides, type Plane } from '../plane/plane.js';
import { Progress, terminal } from '../plane/progress.js';
import { openSpace } from '../plane/machine/space.js';
import { killService, runningRecord, startService, stopService } from '../plane/service-control.js';
import type { Service } from '../plane/services/service.js';
import { statusTable } from '../plane/status.js';
import { loadPlane, planeNames, preparePlane, requirePlane, type PlaneWish } from '../plane/store.js';
import { removePlane, stopPlane } from '../plane/take-down.js';
import { Trouble } from '../plane/trouble.js';
import { main } from './main.js';

const HELP = `Brings a real OpenStack control plane up on this machine, each one apart from all others.

  tools/openstack up [--name NAME] [options]     make and start a plane; again: start what is missing
  tools/openstack status [--name NAME]           what runs (of all planes when no name is given)
  tools/openstack stop --name NAME               stop it, keep its data
  tools/openstack down --name NAME               stop it and remove all of it
  tools/openstack service SERVICE start|stop|restart|kill|status --name NAME
  tools/openstack exec --name NAME COMMAND...    run a command in the plane's network namespace

  --name NAME              "dev" when not given
  --release RELEASE        the Debian release that it is made of: 12 (Nova 26); this machine's when not given
  --compute docker|fake|none   who is nova-compute: this project's service (default), Python's with its fake driver, nobody
  --switch openvswitch|openvswitch-hybrid|linuxbridge   who wires ports (openvswitch when not given)
  --hosts N                how many compute hosts, each a network of its own with an engine and a service (1 when not given);
                           services of the second are called compute@compute2 and so on
  --only SERVICE,...       just these services and what they need (for example: rabbitmq,docker)
  --netns own|none         a network namespace of its own (default), or the machine's own network
  --set FILE.SECTION.OPTION=VALUE   one more line of configuration; FILE: nova, compute, neutron, ml2, keystone, ...
                           (repeat for more; replaces what an earlier up had set)

A plane lives in .planes/NAME: etc/, log/, data/, run/, and openrc and openrc-demo to source.`;

const OPTIONS = {
  name: { type: 'string', default: 'dev' },
  release: { type: 'string' },
  compute: { type: 'string' },
  switch: { type: 'string' },
  hosts: { type: 'string' },
  only: { type: 'string' },
  netns: { type: 'string' },
  set: { type: 'string', multiple: true },
  inside: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
}

async function openstack(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args[0] === 'exec') return execInside(args.slice(1));
  const { values, positionals } = parse(args);
  const [command = 'help', ...rest] = positionals;
  if (values.help || command === 'help') {
    console.log(HELP);
    return 0;
  }
  const commands: Record<string, () => Promise<number> | number> = {
    up: () => up(values, args, signal),
    status: () => status(args.some((word) => word.startsWith('--name')) ? [values.name] : planeNames()),
    stop: () => stop(values.name, signal),
    down: () => down(values.name, signal),
    service: () => service(values.name, rest, args, signal),
  };
  const chosen = commands[command];
  if (chosen === undefined) throw new Trouble(`"${command}" is no command`, { hint: 'tools/openstack --help' });
  return chosen();
}

/** Installs and makes the namespace outside, does the rest inside of it. */
async function up(values: Values, args: readonly string[], signal: AbortSignal): Promise<number> {
  requireRoot();
  if (values.inside) return upInside(requirePlane(values.name), signal);
  const plane = await preparePlane(wishOf(values));
  const progress = new Progress(terminal());
  try {
    await installFor(plane, progress, signal);
    for (const space of spacesOf(plane))
      await progress.step(
        'space',
        () => openSpace(space, signal),
        () => `network namespace ${space.netns}`,
      );
  } finally {
    progress.close();
  }
  if (plane.space === null) return upInside(plane, signal);
  return runInNetwork(plane, ['openstack', ...args, '--inside'], signal);
}

async function upInside(plane: Plane, signal: AbortSignal): Promise<number> {
  const progress = new Progress(terminal());
  try {
    await bringUp(plane, progress, signal);
  } finally {
    progress.close();
  }
  console.log(`plane "${plane.name}" is up; source ${plane.folder}/openrc`);
  return 0;
}

function wishOf(values: Values): PlaneWish {
  const netns = oneOf('--netns', ['own', 'none'] as const, values.netns);
  const { only } = values;
  return {
    name: values.name,
    hosts: values.hosts === undefined ? undefined : Number(values.hosts),
    switch: oneOf('--switch', SWITCHES, values.switch),
    release: values.release,
    compute: oneOf('--compute', COMPUTE_KINDS, values.compute),
    isolated: netns === undefined ? undefined : netns === 'own',
    only: only === undefined ? undefined : only === 'all' ? null : only.split(','),
    overrides: values.set === undefined ? undefined : overridesOf(values.set),
  };
}

function oneOf<T extends string>(option: string, known: readonly T[], given: string | undefined): T | undefined {
  const found = known.find((word) => word === given);
  if (given !== undefined && found === undefined) throw new Trouble(`${option} must be one of ${known.join(', ')}`);
  return found;
}

function overridesOf(settings: readonly string[]): Overrides {
  const overrides: Record<string, Record<string, Record<string, string>>> = {};
  for (const setting of settings) {
    const [, file = '', section = '', option = '', value = ''] =
      /^([^.=]+)\.([^.=]+)\.([^=]+)=(.*)$/s.exec(setting) ?? [];
    if (file === '') throw new Trouble(`--set wants FILE.SECTION.OPTION=VALUE, not "${setting}"`);
    ((overrides[file] ??= {})[section] ??= {})[option] = value;
  }
  return overrides;
}

function status(names: readonly string[]): number {
  if (names.length === 0) console.log('no planes');
  for (const name of names) console.log(statusTable(requirePlane(name)));
  return 0;
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
  console.log(`plane "${name}" is stopped; its data stay in ${plane.folder}`);
  return 0;
}

async function down(name: string, signal: AbortSignal): Promise<number> {
  requireRoot();
  const plane = loadPlane(name);
  if (plane === null) {
    console.log(`there is no plane "${name}"`);
    return 0;
  }
  await removePlane(plane, signal);
  console.log(`plane "${name}" is gone`);
  return 0;
}

async function service(
  name: string,
  words: readonly string[],
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  requireRoot();
  const [which = '', action = ''] = words;
  const plane = requirePlane(name);
  const found = findService(plane, which);
  if (!args.includes('--inside') && ['start', 'restart'].includes(action)) {
    if (found.onDemand === true) await install(plane, found, signal);
    if (plane.space !== null) return runInNetwork(plane, ['openstack', ...args, '--inside'], signal);
  }
  const actions: Record<string, () => Promise<string>> = {
    start: () => startService(plane, found, signal),
    stop: async () => ((await stopService(plane, found, signal)) ? 'stopped' : 'was not running'),
    kill: async () => ((await killService(plane, found, signal)) ? 'killed' : 'was not running'),
    restart: async () => {
      await stopService(plane, found, signal);
      return startService(plane, found, signal);
    },
    status: () => Promise.resolve(runningRecord(plane, found) === null ? 'not running' : 'running'),
  };
  const chosen = actions[action];
  if (chosen === undefined) throw new Trouble(`"${action}" is no action: ${Object.keys(actions).join(', ')}`);
  console.log(`${which}: ${await chosen()}`);
  return 0;
}

/** What a whole plane does not have, its installation did not bring. */
async function install(plane: Plane, service: Service, signal: AbortSignal): Promise<void> {
  const progress = new Progress(terminal());
  try {
    await installFor(plane, progress, signal, service.packages);
  } finally {
    progress.close();
  }
}

/** `exec [--name NAME] [--] COMMAND...`: everything from the first other word on belongs to the command. */
function execInside(words: readonly string[]): Promise<number> {
  const named = words[0] === '--name' ? words[1] : undefined;
  const rest = named === undefined ? words : words.slice(2);
  const command = rest[0] === '--' ? rest.slice(1) : rest;
  if (command.length === 0) throw new Trouble('exec wants a command', { hint: 'tools/openstack --help' });
  return runInNetwork(requirePlane(named ?? 'dev'), command, AbortSignal.any([]), 'as it is');
}

main(openstack);
