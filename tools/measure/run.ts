import { writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { bringUp } from '../plane/bring-up.js';
import { findService } from '../plane/catalog.js';
import { until } from '../plane/machine/wait.js';
import { openPlane } from '../plane/open.js';
import type { Api, Rest } from '../plane/openstack/rest.js';
import type { Plane } from '../plane/plane.js';
import { describeFailure, Progress, terminal } from '../plane/progress.js';
import { reportAgent } from './agent-report.js';
import type { Bench, Scenario, Sizes } from './bench.js';
import type { Figure } from './figures.js';
import { jsonOf, tableOf } from './report.js';
import { rival, RIVAL_HOST } from './rival.js';
import { Rows } from './rows.js';
import { sideOf } from './sides.js';

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly sizes: Sizes;
  /** Where every value goes. */
  readonly json: string;
}

/**
 * Brings the plane up with both compute services, runs the scenarios one after the other, prints the table and writes the
 * file, also of what was measured before a failure. In the plane's network.
 */
export async function measure(plane: Plane, plan: Plan, signal: AbortSignal): Promise<void> {
  const progress = new Progress(terminal());
  try {
    await bringUp(plane, progress, signal);
  } finally {
    progress.close();
  }
  const stopReporting = await reportAgent(plane);
  const figures: Figure[] = [];
  const bench = await prepared(plane, plan.sizes, signal);
  try {
    for (const scenario of plan.scenarios) {
      bench.say(`${scenario.name}: ${scenario.about}`);
      const found = scenario.run(bench);
      if (found instanceof Promise) figures.push(...(await found));
      else for await (const figure of found) figures.push(figure);
    }
  } catch (error) {
    console.log(describeFailure(error));
    throw error;
  } finally {
    await stopReporting();
    bench.rows.close();
    await bench.other.stop(AbortSignal.timeout(60_000));
    console.log(`\n${tableOf(figures)}\n`);
    const about = { date: new Date().toISOString(), processors: cpus().length, kernel: release(), sizes: plan.sizes };
    await writeFile(plan.json, jsonOf(figures, about));
    console.log(`every value is in ${plan.json}`);
  }
}

async function prepared(plane: Plane, sizes: Sizes, signal: AbortSignal): Promise<Bench> {
  const open = openPlane(plane.name);
  const rest = open.rest();
  const other = sideOf(plane, 'nova-compute', RIVAL_HOST, rival);
  await other.start(signal);
  await until(() => isMapped(rest), { what: `${RIVAL_HOST} to be a hypervisor`, signal });
  const parts = {
    imageId: await idOf(rest, { api: 'image', kind: 'images', name: 'busybox' }),
    flavorId: await idOf(rest, { api: 'compute', kind: 'flavors', name: 'm1.nano' }),
    networkId: await idOf(rest, { api: 'network', kind: 'networks', name: 'private' }),
  };
  const began = performance.now();
  const say = (text: string): void => {
    console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(6)} s  ${text}`);
  };
  const ours = sideOf(plane, 'ours', open.host, findService(plane, 'compute'));
  return { plane: open, rest, rows: new Rows(plane), sizes, parts, signal, ours, other, say };
}

/** Whether the scheduler can send something there. */
async function isMapped(rest: Rest): Promise<boolean> {
  const path = `/os-hypervisors?hypervisor_hostname_pattern=${RIVAL_HOST}`;
  const answer = await rest.ask({ api: 'compute', path, microversion: '2.53', accept: [404] });
  return answer.status === 200;
}

interface Thing {
  readonly api: Api;
  readonly kind: 'images' | 'flavors' | 'networks';
  readonly name: string;
}

async function idOf(rest: Rest, { api, kind, name }: Thing): Promise<string> {
  const answer = await rest.get<Record<string, { id: string; name: string }[]>>(api, `/${kind}`);
  const found = answer[kind]?.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name} among the ${kind}`);
  return found.id;
}
