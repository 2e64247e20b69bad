import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { shown, tempestConf } from '../judge/configuration.js';
import { guestVersion, makeGuestArchive, uploadGuest } from '../judge/guest-image.js';
import { furnishLab, OVERRIDES } from '../judge/lab.js';
import { forget, told } from '../judge/record.js';
import { countsOf, reportOf, tableOf, type About } from '../judge/report.js';
import { plainName, verdicts, type Result } from '../judge/results.js';
import { listTests, makeWorkspace, runShard, shardsOf, type Workspace } from '../judge/shards.js';
import { sayResults } from '../judge/said.js';
import { readSkipList, type SkipList } from '../judge/skip-list.js';
import { bringUp } from '../plane/bring-up.js';
import { spacesOf } from '../plane/hosts.js';
import { installFor } from '../plane/install.js';
import { run } from '../plane/machine/command.js';
import { openSpace } from '../plane/machine/space.js';
import type { Plane } from '../plane/plane.js';
import { Progress, terminal } from '../plane/progress.js';
import { loadPlane, preparePlane, requirePlane } from '../plane/store.js';
import { removePlane } from '../plane/take-down.js';
import { requireRoot, runInNetwork } from './inside.js';
import { main } from './main.js';

/** A run of the part forgets nothing of a run of all. */
const nameOf = ({ part }: Values): string => (part ? 'tempest-part' : 'tempest');

/** Of the scenarios those that have to do with servers: not the dashboard, objects, nor Glance's quotas. */
const EVERYTHING = String.raw`^tempest\.(api\.compute|scenario)\.(?!test_(dashboard|object_storage|unified_limits))`;

const HELP = `Runs Debian's tempest against this project's service on a control plane of its own.

  tools/tempest                  all compute and scenario tests; goes on where an interrupted run ended
  tools/tempest --regex REGEX    just these
  tools/tempest --part           just what stands for all of them: tools/judge/part.txt
  tools/tempest --fresh          forget the results of earlier runs
  tools/tempest --failed         run again what failed, too
  tools/tempest --told           run nothing, tell what was found so far; exit code 1 where one failed or was not run
  tools/tempest --workers N      tests at the same time (2)
  tools/tempest --report FILE    write the report there
  tools/tempest --down           remove the plane afterwards

The plane "tempest" ("tempest-part" for the part) stays up between runs. What tempest printed is in its folder, e.g.
.planes/tempest/tempest/output.log.`;

const OPTIONS = {
  regex: { type: 'string', default: EVERYTHING },
  part: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  failed: { type: 'boolean', default: false },
  told: { type: 'boolean', default: false },
  workers: { type: 'string', default: '2' },
  report: { type: 'string' },
  down: { type: 'boolean', default: false },
  inside: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: OPTIONS });
}

async function tempest(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parse(args);
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (values.inside) return judge(requirePlane(nameOf(values)), values, signal);
  requireRoot();
  const plane = await preparePlane({
    name: nameOf(values),
    compute: 'docker',
    isolated: true,
    hosts: 2,
    only: null,
    overrides: OVERRIDES,
  });
  const progress = new Progress(terminal());
  try {
    await installFor(plane, progress, signal, ['tempest', 'tests']);
    const file = guestFile(plane);
    if (!existsSync(file)) await progress.step('guest', () => makeGuestArchive(file, signal));
    for (const space of spacesOf(plane)) await openSpace(space, signal);
  } finally {
    progress.close();
  }
  try {
    return await runInNetwork(plane, ['tempest', ...args, '--inside'], signal);
  } finally {
    const left = loadPlane(nameOf(values));
    if (values.down && left !== null) await removePlane(left, AbortSignal.timeout(120_000));
  }
}

const guestFile = (plane: Plane): string => join(plane.folder, `guest-${guestVersion()}.tar`);

/** Brings the plane up, runs what was not run yet and tells how it went. In the plane's network. */
async function judge(plane: Plane, values: Values, signal: AbortSignal): Promise<number> {
  const heard = sayResults((text) => console.log(text));
  const space: Workspace = { folder: join(plane.folder, 'tempest'), signal, heard };
  if (!values.told) await prepare(plane, space, values);
  const skipList = readSkipList();
  const results = await runAll(space, values, skipList);
  console.log(`\n${tableOf(results)}\n`);
  if (values.report !== undefined)
    await writeFile(values.report, reportOf(results, await about(plane, space, values, skipList)));
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  for (const { test } of failed) console.log(`failed: ${test}`);
  if (failed.length > 0) console.log(`why: ${join(space.folder, 'output.log')}`);
  console.log(countsOf(results));
  return results.every(({ outcome }) => outcome === 'passed' || outcome === 'skipped') ? 0 : 1;
}

/** Brings the plane up, with all that tempest expects of a cloud, and writes tempest's configuration. */
async function prepare(plane: Plane, space: Workspace, values: Values): Promise<void> {
  const { signal } = space;
  const progress = new Progress(terminal());
  try {
    await bringUp(plane, progress, signal);
    if (values.fresh) forget(space.folder);
    const lab = await progress.step('lab', () => furnishLab(plane, signal));
    const guests = await progress.step('guests', async () => ({
      imageId: await uploadGuest(plane, `guest-${guestVersion()}`, guestFile(plane)),
      otherImageId: await uploadGuest(plane, `guest-${guestVersion()}-alt`, guestFile(plane)),
    }));
    await makeWorkspace(space, await tempestConf(plane, { guests, lab, lockPath: join(space.folder, 'lock') }));
  } finally {
    progress.close();
  }
}

/** Runs what has no result yet, and returns what is known then of all tests that were asked for. */
async function runAll(space: Workspace, values: Values, skipList: SkipList): Promise<Result[]> {
  const listed = (await listTests(space, values.regex)).filter(values.part ? isInPart() : () => true);
  const wanted = listed.filter((test) => !skipList.has(plainName(test)));
  const names = wanted.map(plainName);
  const known = (): Map<string, Result> => verdicts(names, told(space.folder).results);
  const before = known();
  const isOpen = (test: string): boolean => {
    const outcome = before.get(plainName(test))?.outcome;
    return outcome === undefined || (values.failed && outcome === 'failed');
  };
  const shards = values.told ? [] : shardsOf(wanted.filter(isOpen));
  for (const [index, shard] of shards.entries()) {
    const began = Date.now();
    await runShard(space, shard, Number(values.workers));
    const inShard = new Set(shard.tests.map(plainName));
    const counts = countsOf([...known().values()].filter(({ test }) => inShard.has(test)));
    console.log(
      `${index + 1}/${shards.length} from ${shard.name}: ${counts}, ${Math.round((Date.now() - began) / 1000)} s`,
    );
  }
  const skipped = listed.map(plainName).flatMap((test): Result[] => {
    const reason = skipList.get(test);
    return reason === undefined ? [] : [{ test, outcome: 'skipped', seconds: 0, reason }];
  });
  const after = known();
  const missing = names
    .filter((test) => !after.has(test))
    .map((test): Result => ({ test, outcome: 'not run', seconds: 0 }));
  return [...after.values(), ...missing, ...skipped];
}

/** The file names classes and tests. */
function isInPart(): (test: string) => boolean {
  const lines = readFileSync(new URL('../judge/part.txt', import.meta.url), 'utf8').split('\n');
  const names = lines.filter((line) => line.startsWith('tempest.'));
  return (test) => names.some((name) => plainName(test) === name || test.startsWith(`${name}.`));
}

async function about(plane: Plane, space: Workspace, values: Values, skipList: SkipList): Promise<About> {
  const version = async (name: string): Promise<string> =>
    (await run(['dpkg-query', '--show', '--showformat', '${Version}', name], { signal: space.signal })).stdout;
  const { stdout: commit } = await run(['git', 'rev-parse', '--short', 'HEAD'], { cwd: plane.checkout });
  const regex = `${values.part ? ' --part' : ''}${values.regex === EVERYTHING ? '' : ` --regex '${values.regex}'`}`;
  return {
    command: `tools/tempest${regex} --workers ${values.workers} --report ${values.report ?? ''}`,
    conf: shown(await readFile(join(space.folder, 'tempest.conf'), 'utf8')),
    facts: [
      `commit ${commit.trim()}, ${new Date().toISOString().slice(0, 10)}`,
      `tempest ${await version('tempest')}, nova ${await version('nova-api')}, docker ${await version('docker.io')}`,
      `${plane.hosts.length} compute hosts on one machine of ${cpus().length} processors`,
    ],
    seconds: told(space.folder).seconds,
    skipList,
  };
}

main(tempest);
