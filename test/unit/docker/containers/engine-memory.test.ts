import assert from 'node:assert/strict';
import {
  deathsByTheEngine,
  servedAtMs,
  tookItDown,
  type Circumstances,
  type Ended,
} from '../../../../src/docker/containers/engine-memory.js';
import { OurContainers } from '../../../../src/docker/containers/ours.js';
import type { EngineMessage } from '../../../../src/docker/engine/wire.js';
import { LABEL } from '../../../../src/docker/labels.js';
import { unobserved } from '../../../../src/observe/calls.js';
import { memoryLog } from '../../../double/logger.js';
import { json, withScriptedEngine, type ScriptedEngine } from '../scriptedEngine.js';

/** When things happen, in seconds: the host is booted at 100, the container is started at 200, the engine goes at 300. */
const [BOOT, START, GONE, BACK] = [100, 200, 300, 400];
const NOTHING_SEEN = Infinity;

const ended = (at: number, code = 0): Ended => ({
  startedAtMs: START * 1000,
  finishedAtMs: at * 1000,
  exitCode: code,
  startedByThisEngine: false,
});
const around = (facts: Partial<Circumstances> = {}): Circumstances => ({
  hostBootedAtMs: BOOT * 1000,
  leavesRunning: false,
  servingSinceMs: (BACK + 10) * 1000,
  ...facts,
});

/** What happened to the engine, when and how the container ended, what is known of the engine: whose doing it was. */
const TABLE: readonly [string, Ended, Circumstances, 'engine' | 'itself'][] = [
  ['TERM: it was stopped with its engine', ended(GONE, 143), around(), 'engine'],
  ['TERM: it has a good end when it is stopped', ended(GONE, 0), around(), 'engine'],
  ['KILL: the next engine ended it as it started', ended(BACK + 1, 137), around(), 'engine'],
  ['KILL: it ended while no engine was there, and would have been ended', ended(350, 0), around(), 'engine'],
  ['it ended when the engine was long back', ended(BACK + 50, 1), around(), 'itself'],
  ['no engine went: it ended while we were away', ended(250, 1), around({ servingSinceMs: START * 1000 }), 'itself'],
  ['nothing is known of the engine', ended(250, 1), around({ servingSinceMs: NOTHING_SEEN }), 'engine'],
  ['live-restore: it ended before the engine went', ended(250, 1), around({ leavesRunning: true }), 'itself'],
  ['live-restore: it ended while no engine was there', ended(350, 0), around({ leavesRunning: true }), 'itself'],
  ['live-restore: it ended when the engine was back', ended(BACK + 1, 0), around({ leavesRunning: true }), 'itself'],
  ['live-restore: no trace of it was found', ended(BACK + 1, 255), around({ leavesRunning: true }), 'engine'],
  ['live-restore: it ends with 255, later', ended(BACK + 50, 255), around({ leavesRunning: true }), 'itself'],
  ...[true, false].flatMap((leavesRunning): [string, Ended, Circumstances, 'engine' | 'itself'][] => {
    const rebooted = around({ hostBootedAtMs: 350_000, leavesRunning });
    const name = `the host was booted, ${leavesRunning ? 'live-restore' : 'as usual'}`;
    return [
      [`${name}: in order`, ended(GONE, 143), rebooted, 'engine'],
      [`${name}: it lost its power`, ended(BACK + 1, 255), rebooted, 'engine'],
    ];
  }),
];

const message = (Action: string, ID: string, time: number): EngineMessage => ({
  Type: 'container',
  Action,
  Actor: { ID },
  time,
});

describe('docker/containers/engine-memory', () => {
  for (const [what, one, at, doing] of TABLE) {
    it(`${what}: ${doing}`, () => assert.equal(tookItDown(one, at), doing === 'engine'));
  }

  it('what this engine started it did not take down, whatever the clocks say', () => {
    assert.equal(tookItDown({ ...ended(GONE), startedByThisEngine: true }, around()), false);
  });

  it('knows an engine that serves by what only such a one tells', () => {
    const restoring = [message('kill', 'a', 1), message('die', 'a', 2), message('stop', 'a', 2)];
    assert.equal(servedAtMs(restoring), Infinity);
    assert.equal(servedAtMs([...restoring, message('exec_create: /bin/true', 'b', 9), message('start', 'a', 8)]), 8000);
  });
});

const at = (second: number): string => new Date(second * 1000).toISOString();

interface Stood {
  /** In hexadecimal. */
  readonly id: string;
  readonly status: 'running' | 'exited';
  readonly finished?: number;
}

/** An engine with these containers, all started at START, and this memory. */
function tell(scripted: ScriptedEngine, stood: readonly Stood[], memory: readonly EngineMessage[], live = false): void {
  const { routes } = scripted;
  const uuid = (id: string): string => `00000000-0000-4000-8000-${id.padStart(12, '0')}`;
  const items = stood.map(({ id, status }) => ({
    Id: id,
    Names: [`/nova-${uuid(id)}`],
    State: status,
    Status: '',
    Labels: { [LABEL.host]: 'here', [LABEL.instanceUuid]: uuid(id), [LABEL.role]: 'main' },
  }));
  routes.set('GET /containers/json', json(200, items));
  routes.set('GET /info', json(200, { LiveRestoreEnabled: live }));
  routes.set('GET /events', (_request, response) => {
    response.writeHead(200).end(memory.map((one) => `${JSON.stringify(one)}\n`).join(''));
  });
  for (const { id, finished = 0 } of stood) {
    const State = { StartedAt: at(START), FinishedAt: at(finished), ExitCode: 137 };
    routes.set(`GET /containers/${id}/json`, json(200, { Id: id, State }));
  }
}

describe('docker/containers/engine-memory: asked of an engine', () => {
  const system = {
    readText: () => Promise.resolve(`cpu 1 2\nbtime ${BOOT}\n`),
    deviceOf: () => Promise.reject(new Error('unused')),
    realPath: () => Promise.reject(new Error('unused')),
    list: () => Promise.reject(new Error('unused')),
    observer: unobserved,
  };
  const asker = ({ engine }: ScriptedEngine): ((now: Date) => Promise<ReadonlySet<string>>) =>
    deathsByTheEngine({ engine, ours: new OurContainers(engine, 'here'), log: memoryLog() }, 'here', system);
  const now = new Date((BACK + 100) * 1000);

  it('a memory that is full of deaths at its start loses none of those that it forgot', async () => {
    await withScriptedEngine(async (scripted) => {
      const stood = Array.from({ length: 90 }, (_one, n): Stood => ({
        id: `c${n}`,
        status: 'exited',
        finished: BACK,
      }));
      const forgotten = stood.slice(-85).flatMap(({ id }) => ['kill', 'die', 'stop'].map((a) => message(a, id, BACK)));
      tell(scripted, stood, [message('kill', 'x', BACK), ...forgotten]);
      assert.equal((await asker(scripted)(now)).size, 90);
    });
  });

  it('one that is full of an engine that has served for long: what runs proves that it was there', async () => {
    await withScriptedEngine(async (scripted) => {
      const chatter = Array.from({ length: 256 }, (_one, n) => message('exec_start: x', 'a1', BACK + n / 100));
      const ends: Stood = { id: 'e1', status: 'exited', finished: 250 };
      tell(scripted, [ends], chatter);
      assert.deepEqual([...(await asker(scripted)(now))], ['e1']);
      tell(scripted, [ends, { id: 'a1', status: 'running' }], chatter);
      assert.deepEqual([...(await asker(scripted)(now))], []);
    });
  });

  it('an engine that has live-restore now has not left running what went with one that had not', async () => {
    await withScriptedEngine(async (scripted) => {
      const ask = asker(scripted);
      tell(scripted, [], []);
      await ask(now);
      tell(scripted, [{ id: 'e1', status: 'exited', finished: GONE }], [], true);
      assert.deepEqual([...(await ask(now))], ['e1']);
      assert.deepEqual([...(await ask(now))], []);
    });
  });

  it('a container that is removed meanwhile is nobody’s', async () => {
    await withScriptedEngine(async (scripted) => {
      tell(scripted, [{ id: 'd1', status: 'exited' }], []);
      scripted.routes.set('GET /containers/d1/json', json(404, { message: 'No such container: d1' }));
      assert.deepEqual([...(await asker(scripted)(now))], []);
    });
  });
});
