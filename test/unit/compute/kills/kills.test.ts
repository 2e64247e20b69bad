import assert from 'node:assert/strict';
import type { Args } from '../../../../src/compute/operation.js';
import { ROUTES } from '../../../../src/compute/routes/routes.js';
import { makeInstance, fakeParts } from '../parts.js';
import { EVACUATIONS } from './evacuations.js';
import type { Message } from './inbox.js';
import { LIVE_MIGRATIONS } from './live-migrations.js';
import { MOVES } from './moves.js';
import { IN_INBOX, Process, type Kill } from './process.js';
import { TABLE, type Line } from './table.js';
import { makeMigration } from './before.js';
import { World } from './world.js';

/** The message as it stands in the inbox: as it was sent, for every process that takes it up. */
function sent({ verb, before, args }: Line): Message {
  const make = (): Args => {
    const instance = makeInstance(before.row);
    return { instance, ...(before.migration && { migration: makeMigration(before.migration) }), ...args?.(instance) };
  };
  return { uniqueId: 'unique-1', method: verb, args: make };
}

const base = fakeParts();

/** The world after the request, and the calls that it took. */
async function undisturbed(tried: Line): Promise<{ readonly seen: object; readonly calls: readonly string[] }> {
  const world = new World(tried.before, sent(tried));
  const process = new Process(world, base);
  assert.equal(await process.work(), failsOut(tried) ? 1 : 0);
  return { seen: world.seen(), calls: process.calls };
}

/** The world after processes were killed at these calls, one after the other, and a last one that was not. */
async function killedAt(tried: Line, kills: readonly Kill[]): Promise<object> {
  const world = new World(tried.before, sent(tried));
  let isFirst = true;
  for (const kill of [...kills, undefined]) {
    const process = new Process(world, base, kill);
    const starts = !isFirst;
    isFirst = false;
    const work = async (): Promise<'ended'> => {
      if (starts) await process.start(IN_INBOX);
      const failures = await process.work();
      assert.ok(failures === 0 || tried.before.fails !== undefined, 'a request failed');
      return 'ended';
    };
    if ((await Promise.race([work(), process.killed])) === 'ended') break;
  }
  return world.seen();
}

/** With the calls that are there only because it is a repetition: they can be killed at, too. */
const moments = (calls: readonly string[], extra = 0): readonly Kill[] =>
  Array.from({ length: calls.length + extra }, (_one, nth) => nth).flatMap((nth) => [
    { nth, when: 'before' } as const,
    { nth, when: 'after' } as const,
  ]);

/** What has to be the same. Of a failure it may be told twice, and what one begins to send back the next one does well. */
function lasting({ before, task }: Line, seen: object): object {
  if (before.fails === undefined) return seen;
  return { ...seen, faults: 0, ...(task === 'resize_reverting' && { events: [] }) };
}

/** The request ends with an error. */
function failsOut({ before, isMadeUpFor = false }: Line): boolean {
  return before.fails !== undefined && !isMadeUpFor;
}

function hasEvent(verb: string): boolean {
  const route = ROUTES[verb];
  return route?.on === 'instance' && route.event !== null;
}

describe('compute: a service that is killed in the middle of a verb', () => {
  for (const tried of [...TABLE, ...MOVES, ...EVACUATIONS, ...LIVE_MIGRATIONS]) {
    const name = `${tried.verb}${tried.about === undefined ? '' : ` ${tried.about}`}`;

    it(`${name}: undisturbed, the server is ${tried.end}`, async () => {
      const { seen } = await undisturbed(tried);
      const { row, faults, events } = seen as { row: unknown; faults: number; events: readonly string[] };
      if (tried.end === 'deleted') assert.equal(row, 'deleted');
      else {
        const { vm_state: vmState, task_state: task } = row as Readonly<Record<string, unknown>>;
        assert.deepEqual([vmState, task], [tried.end, tried.task ?? null]);
      }
      const word = failsOut(tried) ? 'Error' : 'Success';
      assert.equal(faults, tried.before.fails === undefined ? 0 : 1);
      const results = new Set(events.map((event) => event.split(' ').at(-1)));
      assert.deepEqual([...results], hasEvent(tried.verb) ? [word] : []);
    });

    it(`${name}: killed at any call, before or after it took effect, ends the same`, async () => {
      const { seen, calls } = await undisturbed(tried);
      assert.ok(calls.length > 0);
      for (const kill of moments(calls)) {
        const where = `killed ${kill.when} ${calls[kill.nth] ?? ''} (call ${kill.nth})`;
        assert.deepEqual(lasting(tried, await killedAt(tried, [kill])), lasting(tried, seen), where);
      }
    });

    it(`${name}: killed again while it is taken up, ends the same`, async () => {
      const { seen, calls } = await undisturbed(tried);
      const again = moments(calls, 8);
      for (const [index, first] of moments(calls).entries()) {
        // Spread over all of them: every pair would take minutes.
        const second = again[(index * 7) % again.length] ?? first;
        const where = `killed ${first.when} ${calls[first.nth] ?? ''}, then ${second.when} call ${second.nth}`;
        assert.deepEqual(lasting(tried, await killedAt(tried, [first, second])), lasting(tried, seen), where);
      }
    });
  }
});
