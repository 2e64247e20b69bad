import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FULL, QUICK, type Scenario, type Sizes } from '../measure/bench.js';
import { CROWDED, rival } from '../measure/rival.js';
import { measure } from '../measure/run.js';
import { boot } from '../measure/scenarios/boot.js';
import { bursts } from '../measure/scenarios/burst.js';
import { engine } from '../measure/scenarios/engine.js';
import { footprint } from '../measure/scenarios/footprint.js';
import { growth } from '../measure/scenarios/growth.js';
import { image } from '../measure/scenarios/image.js';
import { snapshot } from '../measure/scenarios/snapshot.js';
import { start } from '../measure/scenarios/start.js';
import { states } from '../measure/scenarios/states.js';
import { trace } from '../measure/scenarios/trace.js';
import { wire } from '../measure/scenarios/wire.js';
import { installFor } from '../plane/install.js';
import { openSpace } from '../plane/machine/space.js';
import { CHECKOUT, planesFolder } from '../plane/plane.js';
import { Progress, terminal } from '../plane/progress.js';
import { loadPlane, preparePlane, requirePlane } from '../plane/store.js';
import { removePlane } from '../plane/take-down.js';
import { Trouble } from '../plane/trouble.js';
import { requireRoot, runInNetwork } from './inside.js';
import { main } from './main.js';

const NAME = 'bench';
const SCENARIOS: readonly Scenario[] = [
  boot,
  footprint,
  trace,
  start,
  wire,
  states,
  growth,
  bursts,
  engine,
  image,
  snapshot,
];

const HELP = `Measures this project's service beside Python's nova-compute with its fake driver, docker and oslo.messaging.

  tools/bench                  everything; takes about an hour
  tools/bench --quick          a smoke run of a few minutes; its figures say little
  tools/bench --only boot,wire just these scenarios
  tools/bench --bursts 50      bursts of so many servers; --crowds 0,100: idle with so many
  tools/bench --json FILE      where the figures go (.planes/bench.json when not given)
  tools/bench --keep           leave the plane "bench" up for the next run

Scenarios:
${SCENARIOS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

Needs root and a machine that does nothing else.`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string' },
  json: { type: 'string' },
  bursts: { type: 'string' },
  crowds: { type: 'string' },
  keep: { type: 'boolean', default: false },
  inside: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

async function bench(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const chosen = choose(values.only);
  if (values.inside) {
    const json = values.json ?? join(planesFolder(CHECKOUT), 'bench.json');
    const sizes = {
      ...(values.quick ? QUICK : FULL),
      ...numbers('bursts', values.bursts),
      ...numbers('crowds', values.crowds),
    };
    await measure(requirePlane(NAME), { scenarios: chosen, sizes, json }, signal);
    return 0;
  }
  requireRoot();
  const plane = await preparePlane({
    name: NAME,
    switch: undefined,
    release: undefined,
    compute: 'docker',
    isolated: true,
    only: null,
    // Soon enough that a stopped service is seen as down while one waits for it.
    overrides: {
      nova: { DEFAULT: { service_down_time: '10' } },
      compute: { DEFAULT: { cpu_allocation_ratio: CROWDED } },
    },
  });
  const progress = new Progress(terminal());
  try {
    await installFor(plane, progress, signal, rival.packages);
    if (plane.space !== null) await openSpace(plane.space, signal);
  } finally {
    progress.close();
  }
  try {
    return await runInNetwork(plane, ['bench', ...args, '--inside'], signal);
  } finally {
    const left = loadPlane(NAME);
    if (!values.keep && left !== null) await removePlane(left, AbortSignal.timeout(120_000));
  }
}

/** What an option sets of the sizes; nothing when it was not given. */
function numbers(name: 'bursts' | 'crowds', text: string | undefined): Partial<Sizes> {
  if (text === undefined) return {};
  if (!/^\d+(,\d+)*$/.test(text)) throw new Trouble(`--${name} ${text}: numbers are wanted, as in --${name} 10,50`);
  return { [name]: text.split(',').map(Number) };
}

function choose(only: string | undefined): readonly Scenario[] {
  if (only === undefined) return SCENARIOS;
  return only.split(',').map((name) => {
    const found = SCENARIOS.find((scenario) => scenario.name === name);
    if (found !== undefined) return found;
    throw new Trouble(`there is no scenario "${name}"`, { hint: SCENARIOS.map((each) => each.name).join(', ') });
  });
}

main(bench);
