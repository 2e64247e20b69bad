import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../tools/plane/machine/wait.js';
import { Lab, type ActionEvent } from '../support/lab.js';
import { WitnessedService, type KillPoint } from '../support/witnessed.js';

const never = new AbortController().signal;

/** Calls that belong to the service's own life and come at any time. */
const BACKGROUND =
  /rpc\.(Service|ComputeNode|InstanceList|MigrationList)\.|engine\.system\.|host\.|inventories|traits|provider/;

/** The lines of a boot in their order, each with its number among its like. */
function killPoints(calls: readonly string[]): readonly KillPoint[] {
  const seen = new Map<string, number>();
  return calls
    .filter((line) => !BACKGROUND.test(line) && !line.startsWith('failed'))
    .map((line) => {
      const nth = (seen.get(line) ?? 0) + 1;
      seen.set(line, nth);
      return { line, nth };
    });
}

describe('a boot whose service is killed (kill -9)', () => {
  const lab = new Lab();
  const own = lab.plane.service('compute');

  beforeEach(() => own.stop());
  afterEach(async () => {
    await WitnessedService.giveBack(lab.plane);
    await lab.deleteAll();
  });

  /**
   * Kills the service at that point of a boot, starts it again, and tells what came of the server.
   * @returns false when the boot never came to that point: a call that only looked like its own was periodic work's
   */
  async function killedAt(point: KillPoint): Promise<boolean> {
    const service = await WitnessedService.start(lab.plane, point);
    const id = await lab.create({ name: 'survivor' });
    const where = `${point.line} (${point.nth})`;
    const finished = async (): Promise<ActionEvent | undefined> =>
      (await lab.eventsOf(id, 'create')).find((one) => one.finish_time !== null);
    await until(async () => service.wasKilled || (await finished()), { what: `the kill ${where}`, signal: never });
    const { wasKilled } = service;
    await WitnessedService.giveBack(lab.plane);
    await lab.reaches(id, 'ACTIVE').catch((error: unknown) => {
      throw new Error(`killed ${where}: ${String(error)}`);
    });
    assert.deepEqual(await lab.containersOf(id), [`nova-${id}`], where);
    assert.equal((await lab.allocationsOf(id)).length, 1, where);
    const event = await until(finished, {
      what: `the event of a boot that was killed ${where} to be finished`,
      signal: never,
    });
    assert.equal(event.result, 'Success', where);
    await lab.delete(id);
    await own.stop();
    return wasKilled;
  }

  it('at any of its calls ends ACTIVE with one container, after a restart of the service', async () => {
    const witness = await WitnessedService.start(lab.plane);
    const { id } = await lab.boot({ name: 'witnessed' });
    await until(() => witness.calls().includes('after rpc.InstanceActionEvent.event_finish_with_failure'), {
      what: 'the end of the boot',
      signal: never,
    });
    const points = killPoints(witness.calls());
    await lab.delete(id);
    await witness.stop();
    const killed: string[] = [];
    for (const point of points) if (await killedAt(point)) killed.push(point.line);
    assert.ok(killed.length >= 10, `a boot makes calls: ${killed.join(', ')}`);
  });

  it('while the image is being fetched', async () => {
    for (const line of ['before glance.image.download', 'after engine.image.load']) {
      const images = await lab.plane.docker(['images', '--quiet']);
      for (const image of images.split('\n').filter((one) => one !== ''))
        await lab.plane.docker(['rmi', '--force', image]);
      assert.ok(await killedAt({ line, nth: 1 }), line);
    }
  });
});

describe('a boot whose broker is killed right after the request was taken', () => {
  const lab = new Lab();
  const broker = lab.plane.service('rabbitmq');
  afterEach(async () => {
    if (broker.pid === null) await broker.start();
    await lab.deleteAll();
  });

  it('ends ACTIVE with one container', async () => {
    const inbox = join(lab.plane.folder, 'data', lab.plane.host, 'inbox', 'pending');
    const creating = lab.create({ name: 'survivor' });
    await until(() => readdirSync(inbox).length > 0, { what: 'the request to be taken', signal: never, everyMs: 2 });
    await broker.kill();
    await broker.start();
    const id = await creating;
    await lab.reaches(id, 'ACTIVE');
    assert.deepEqual(await lab.containersOf(id), [`nova-${id}`]);
  });
});
