import { join } from 'node:path';
import { packagesOf } from '../plane/install.js';
import { run } from '../plane/machine/command.js';
import { withLock } from '../plane/machine/lock.js';
import { installPackages, missingPackages } from '../plane/machine/packages.js';
import { enterNetwork } from '../plane/machine/space.js';
import { CHECKOUT, planesFolder } from '../plane/plane.js';
import { describeFailure } from '../plane/progress.js';
import { findRelease } from '../plane/releases.js';
import { loadPlane, planeNames, requirePlane } from '../plane/store.js';
import { removePlane } from '../plane/take-down.js';
import { runMocha, runTwice } from '../testing/mocha.js';
import {
  accounts,
  addCounts,
  CHECKS,
  closingLine,
  countAgain,
  countTempest,
  mochaArguments,
  readRequest,
  type Count,
  type Stage,
} from '../testing/stages.js';
import { requireRoot, runHere } from './inside.js';
import { main } from './main.js';

const HELP = `Runs the tests; does all of its own set-up and leaves nothing running or behind.

  tools/test                       everything: lint, types, rules, unit, contract, e2e, tempest
  tools/test unit                  no service needed, takes seconds
  tools/test contract              against a real RabbitMQ and a real engine
  tools/test e2e                   against a real control plane of its own
  tools/test tempest               a part of Debian's tempest that stands for all of it
  tools/test lint types rules      any parts, in their order
  tools/test e2e --grep WORD       what follows the parts goes to mocha: options, or files in place of all

The last line is "N passed, N failed"; the exit code is 0 when nothing failed.`;

/** The planes that tests run in, and what each is asked to have. */
const PLANES: Readonly<Partial<Record<Stage, { readonly name: string; readonly words: readonly string[] }>>> = {
  contract: { name: 'contract', words: ['--compute', 'none', '--only', 'rabbitmq,docker'] },
  // Tests see changed metadata arrive in a running server, which would take a minute otherwise.
  e2e: {
    name: 'test',
    words: ['--compute', 'docker', '--set', 'compute.docker.config_drive_refresh_interval=3'],
  },
};

async function test(args: readonly string[], signal: AbortSignal): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const request = readRequest(args);
  const needsPlane = request.stages.some((stage) => PLANES[stage] !== undefined);
  if (needsPlane) requireRoot();
  // apt waits for the network while the checks use the processor.
  const packages = needsPlane ? installAll(signal) : Promise.resolve();
  packages.catch(() => undefined);
  const counts: Count[] = [];
  for (const stage of request.stages) {
    if (signal.aborted) break;
    counts.push(await runStage(stage, request.mocha, { packages, signal }));
  }
  const sum = addCounts(counts);
  for (const line of accounts(request.stages, counts)) console.log(line);
  console.log(closingLine(sum));
  return sum.failed === 0 && !signal.aborted ? 0 : 1;
}

interface Setting {
  readonly packages: Promise<void>;
  readonly signal: AbortSignal;
}

async function runStage(stage: Stage, mocha: readonly string[], { packages, signal }: Setting): Promise<Count> {
  console.log(`\n== ${stage}`);
  const checks = CHECKS[stage];
  if (checks !== undefined) return runChecks(checks, signal);
  if (stage === 'tempest') return runTempest(signal);
  const plane = PLANES[stage];
  if (plane === undefined) return runMocha(mochaArguments(stage, mocha), [], signal);
  try {
    await packages;
    const busy = `another tools/test ${stage} runs in this checkout`;
    const lock = join(planesFolder(CHECKOUT), `.test-${stage}.lock`);
    return await withLock(lock, signal, () => inPlane(plane, stage, mocha, signal), busy);
  } catch (error) {
    console.log(describeFailure(error));
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

async function runChecks(checks: readonly (readonly string[])[], signal: AbortSignal): Promise<Count> {
  let failed = 0;
  for (const [program = '', ...words] of checks) {
    const began = Date.now();
    const code = await runHere([join(CHECKOUT, 'node_modules/.bin', program), ...words], signal);
    if (code !== 0) failed += 1;
    console.log(`${program}: ${code === 0 ? 'ok' : 'failed'}, ${Math.round((Date.now() - began) / 1000)} s`);
  }
  return { passed: checks.length - failed, failed, skipped: 0 };
}

/**
 * It has a plane of its own. What failed is run once more, by itself, in the same plane: tempest's tests wait with limits of
 * their own that a busy machine can overrun. That it was so is said, and what fails again has failed.
 */
async function runTempest(signal: AbortSignal): Promise<Count> {
  requireRoot();
  const part = async (...words: string[]): Promise<Count> => {
    const argv = [join(CHECKOUT, 'tools/tempest'), '--part', ...words];
    const onOutput = (text: string): void => {
      process.stdout.write(text);
    };
    const { stdout, code } = await run(argv, { signal, onOutput, accept: [0, 1] });
    return countTempest(stdout, code);
  };
  try {
    const first = await part('--fresh', '--workers', '3');
    if (first.failed === 0) return first;
    console.log(`\nonce more, by themselves, those that failed:\n${(first.account ?? []).join('\n')}`);
    return countAgain(first, await part('--failed', '--workers', '1'));
  } finally {
    await takeDown('tempest-part');
  }
}

/** Brings the plane up from nothing, runs mocha in its network, and takes it down whatever happened. */
async function inPlane(
  { name, words }: { readonly name: string; readonly words: readonly string[] },
  stage: Stage,
  mocha: readonly string[],
  signal: AbortSignal,
): Promise<Count> {
  await takeDown(name);
  const others = planeNames();
  try {
    const up = await runHere([join(CHECKOUT, 'tools/openstack'), 'up', '--name', name, ...words], signal);
    if (up !== 0) return { passed: 0, failed: 1, skipped: 0 };
    const { space } = requirePlane(name);
    const enter = space === null ? [] : enterNetwork(space);
    const inIt = (args: readonly string[]): Promise<Count> => runMocha(args, enter, signal, { NCD_PLANE: name });
    return mocha.length > 0 ? await inIt(mochaArguments(stage, mocha)) : await runTwice(stage, inIt);
  } finally {
    // Also the planes that tests made and had no time to remove.
    for (const made of planeNames()) if (made === name || !others.includes(made)) await takeDown(made);
  }
}

/** Also what a run that was killed has left. It has a time of its own: it must work after an interruption, too. */
async function takeDown(name: string): Promise<void> {
  const plane = loadPlane(name);
  if (plane !== null) await removePlane(plane, AbortSignal.timeout(90_000));
}

/** Everything that contract and e2e tests use, in one go while the checks run. */
async function installAll(signal: AbortSignal): Promise<void> {
  const release = findRelease(undefined);
  const wanted = packagesOf(release, [
    'base',
    'broker',
    'engine',
    'database',
    'control',
    'consoles',
    'docker-compute',
    'network',
    'linuxbridge',
    'tests',
  ]);
  const missing = await missingPackages(wanted, signal);
  if (missing.length === 0) return;
  const began = Date.now();
  console.log(`packages: installing ${missing.length} and what they need, beside the checks`);
  const logFile = join(planesFolder(CHECKOUT), 'apt.log');
  await installPackages(missing, { logFile, signal, onProgress: () => undefined });
  console.log(`packages: ok, ${Math.round((Date.now() - began) / 1000)} s`);
}

main(test);
