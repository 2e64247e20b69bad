import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tempestConf } from '../judge/configuration.js';
import { makeGuestArchive, uploadGuest } from '../judge/guest-image.js';
import { skipsOf, tableOf, type Result } from '../judge/results.js';
import { earlier, listShards, makeWorkspace, runShard, type Workspace } from '../judge/shards.js';
import { bringUp } from '../plane/bring-up.js';
import { installFor } from '../plane/install.js';
import { openSpace } from '../plane/machine/space.js';
import type { Plane } from '../plane/plane.js';
import { Progress, terminal } from '../plane/progress.js';
import { loadPlane, preparePlane, requirePlane } from '../plane/store.js';
import { removePlane } from '../plane/take-down.js';
import { requireRoot, runInNetwork } from './inside.js';
import { main } from './main.js';

const NAME = 'tempest';
const EVERYTHING = String.raw`^tempest\.(api\.compute|scenario)\.`;

const HELP = `Runs Debian's tempest against this project's service on a control plane of its own.

  tools/tempest                  all compute and scenario tests; goes on where an interrupted run ended
  tools/tempest --regex REGEX    just these
  tools/tempest --fresh          forget the results of earlier runs
  tools/tempest --workers N      tests at the same time (2)
  tools/tempest --report FILE    write the report there
  tools/tempest --down           remove the plane afterwards

The plane "tempest" stays up between runs. What tempest printed is in .planes/tempest/tempest/output.log.`;

const OPTIONS = {
  regex: { type: 'string', default: EVERYTHING },
  fresh: { type: 'boolean', default: false },
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
  if (values.inside) return judge(requirePlane(NAME), values, signal);
  requireRoot();
  const plane = await preparePlane({
    name: NAME,
    switch: undefined,
    release: undefined,
    compute: 'docker',
    isolated: true,
    only: null,
    overrides: undefined,
  });
  const progress = new Progress(terminal());
  try {
    await installFor(plane, progress, signal, ['tempest']);
    const file = guestFile(plane);
    if (!existsSync(file)) await progress.step('guest', () => makeGuestArchive(file, signal));
    if (plane.space !== null) await openSpace(plane.space, signal);
  } finally {
    progress.close();
  }
  try {
    return await runInNetwork(plane, ['tempest', ...args, '--inside'], signal);
  } finally {
    const left = loadPlane(NAME);
    if (values.down && left !== null) await removePlane(left, AbortSignal.timeout(120_000));
  }
}

const guestFile = (plane: Plane): string => join(plane.folder, 'guest.tar');

/** Brings the plane up, runs what was not run yet and tells how it went. In the plane's network. */
async function judge(plane: Plane, values: Values, signal: AbortSignal): Promise<number> {
  const space: Workspace = { folder: join(plane.folder, 'tempest'), signal };
  const progress = new Progress(terminal());
  try {
    await bringUp(plane, progress, signal);
    if (values.fresh) await rm(join(space.folder, 'results'), { recursive: true, force: true });
    const guests = await progress.step('guests', async () => ({
      imageId: await uploadGuest(plane, 'guest', guestFile(plane)),
      otherImageId: await uploadGuest(plane, 'guest-alt', guestFile(plane)),
    }));
    await makeWorkspace(space, await tempestConf(plane, guests, join(space.folder, 'lock')));
  } finally {
    progress.close();
  }
  const results = await runAll(space, values);
  console.log(`\n${tableOf(results)}\n\n${skipsOf(results)}`);
  if (values.report !== undefined) await writeFile(values.report, `${tableOf(results)}\n\n${skipsOf(results)}\n`);
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  for (const { test } of failed) console.log(`failed: ${test}`);
  if (failed.length > 0 && existsSync(join(space.folder, 'output.log')))
    console.log(`why: ${join(space.folder, 'output.log')}`);
  return failed.length === 0 ? 0 : 1;
}

async function runAll(space: Workspace, values: Values): Promise<Result[]> {
  const shards = await listShards(space, values.regex);
  const all: Result[] = [];
  for (const [index, shard] of shards.entries()) {
    const before = await earlier(space, shard);
    const began = Date.now();
    const results = before ?? (await runShard(space, shard, Number(values.workers)));
    all.push(...results);
    const count = (outcome: Result['outcome']): number => results.filter((each) => each.outcome === outcome).length;
    const how = before === null ? `${Math.round((Date.now() - began) / 1000)} s` : 'of an earlier run';
    const ends = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
    console.log(`${index + 1}/${shards.length} ${shard.name}: ${ends}, ${how}`);
  }
  return all;
}

main(tempest);
