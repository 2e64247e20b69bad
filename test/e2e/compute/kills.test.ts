import assert from 'node:assert/strict';
import { until } from '../../../tools/plane/machine/wait.js';
import { Lab } from '../support/lab.js';
import { WitnessedService } from '../support/witnessed.js';

const never = new AbortController().signal;

interface Kill {
  readonly action: Readonly<Record<string, unknown>>;
  /** Name of the action in Nova's list. */
  readonly name: string;
  /** Where the service is killed in it. */
  readonly line: string;
  /** What the server is all the same. */
  readonly end: string;
}

/**
 * One server's way through its verbs, the service killed in each. test/unit/compute/kills has every verb at every call;
 * here a real engine, conductor and broker say whether that table is about the real world.
 */
const WAY: readonly Kill[] = [
  { action: { 'os-stop': null }, name: 'stop', line: 'after engine.container.stop', end: 'SHUTOFF' },
  { action: { 'os-start': null }, name: 'start', line: 'before engine.container.start', end: 'ACTIVE' },
  { action: { reboot: { type: 'HARD' } }, name: 'reboot', line: 'after engine.container.stop', end: 'ACTIVE' },
  { action: { pause: null }, name: 'pause', line: 'after engine.container.pause', end: 'PAUSED' },
  { action: { unpause: null }, name: 'unpause', line: 'after rpc.Instance.save', end: 'ACTIVE' },
  { action: { suspend: null }, name: 'suspend', line: 'after host.ports.mute', end: 'SUSPENDED' },
  { action: { resume: null }, name: 'resume', line: 'after host.ports.unmute', end: 'ACTIVE' },
];

describe('a service that is killed (kill -9) in the middle of a verb', () => {
  const lab = new Lab();
  const own = lab.plane.service('compute');

  before(() => own.stop());
  afterEach(async () => {
    await WitnessedService.giveBack(lab.plane);
    await lab.deleteAll();
  });

  /** The next process, which takes up what the last one left and is to be killed at that line in its turn. */
  function next(line?: string): Promise<WitnessedService> {
    return WitnessedService.startUnarmed(lab.plane, line === undefined ? undefined : { line, nth: 1 });
  }

  it('leaves no server in ERROR, no task and no open event: what was asked for is done', async () => {
    let current = await next(WAY[0]?.line);
    const { id } = await lab.boot({ name: 'cat' });
    for (const [index, { action, name, end, line }] of WAY.entries()) {
      current.arm();
      await lab.act(id, action);
      await current.killed();
      current = await next(WAY[index + 1]?.line ?? 'after engine.container.remove');
      await lab.reaches(id, end);
      await eventEnds(id, name, line);
      assert.deepEqual(await lab.containersOf(id), [`nova-${id}`], line);
    }
    for (const line of ['after rpc.Instance.destroy', undefined]) {
      const [server] = await lab.list();
      assert.ok(server);
      current.arm();
      await lab.rest.ask({ api: 'compute', method: 'DELETE', path: `/servers/${server.id}` });
      await current.killed();
      current = await next(line);
      await lab.delete(server.id);
      assert.deepEqual(await lab.containersOf(server.id), []);
      assert.deepEqual(await lab.allocationsOf(server.id), []);
      await eventEnds(server.id, 'delete', line ?? 'the end');
      if (line !== undefined) await lab.boot({ name: 'another' });
    }
  });

  async function eventEnds(id: string, name: string, line: string): Promise<void> {
    const event = await until(async () => (await lab.eventsOf(id, name)).find((one) => one.finish_time !== null), {
      what: `the event of ${name}, killed ${line}, to be finished`,
      signal: never,
    });
    assert.equal(event.result, 'Success', line);
  }
});
