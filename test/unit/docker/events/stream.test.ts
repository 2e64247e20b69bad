import { deepEqual, equal, ok } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { EventStream, type StreamNews } from '../../../../src/docker/events/stream.js';
import type { Clock } from '../../../../src/docker/settings.js';
import { keptLog } from '../plans.js';
import { withScriptedEngine, type ScriptedEngine } from '../scriptedEngine.js';

const NOW = new Date('2026-11-22T12:00:00Z');

/** Back-offs pass in a turn of the loop; the long wait of the watchdog passes when the test says so. */
function testClock(): Clock & { ping: () => void } {
  let ping: () => void = () => undefined;
  return {
    now: () => NOW,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
        if (ms < 15_000) setImmediate(resolve);
        else ping = resolve;
      }),
    ping: () => {
      ping();
    },
  };
}

/** News as they come, to be awaited. */
function collector(): { tell: (news: StreamNews) => void; until: (count: number) => Promise<string[]> } {
  const got: string[] = [];
  let check: () => void = () => undefined;
  return {
    tell: (news) => {
      got.push(news.type === 'message' ? `${news.message.Action ?? ''} ${news.message.Actor?.ID ?? ''}` : news.type);
      check();
    },
    until: (count) =>
      new Promise((resolve) => {
        check = () => {
          if (got.length >= count) resolve([...got]);
        };
        check();
      }),
  };
}

interface Opened {
  readonly url: string;
  readonly response: ServerResponse;
}

/** Answers GET /events with open streams, handed over one by one. */
function openStreams({ routes }: ScriptedEngine): () => Promise<Opened> {
  const ready: Opened[] = [];
  const waiting: ((opened: Opened) => void)[] = [];
  routes.set('GET /events', (request, response) => {
    response.writeHead(200);
    response.flushHeaders();
    const opened = { url: request.url ?? '', response };
    const next = waiting.shift();
    if (next === undefined) ready.push(opened);
    else next(opened);
  });
  return () =>
    new Promise((resolve) => {
      const opened = ready.shift();
      if (opened === undefined) waiting.push(resolve);
      else resolve(opened);
    });
}

function line(Action: string, ID: string, timeNano: number): string {
  return `${JSON.stringify({ Type: 'container', Action, Actor: { ID, Attributes: {} }, timeNano })}\n`;
}

describe('docker/events', () => {
  it('tells both edges and every event once, across a break of the stream', () =>
    withScriptedEngine(async (scripted) => {
      const next = openStreams(scripted);
      const clock = testClock();
      const stream = new EventStream({ engine: scripted.engine, clock, random: () => 0, log: keptLog() });
      const { tell, until } = collector();
      stream.listen(tell);
      const end = new AbortController();
      const run = stream.run(end.signal);
      const first = await next();
      ok(first.url.includes(`since=${(NOW.getTime() - 1000) / 1000}`), first.url);
      first.response.write(line('create', 'a', 1.8e18) + line('start', 'a', 1.8e18 + 5e9).slice(0, 20));
      first.response.write(line('start', 'a', 1.8e18 + 5e9).slice(20));
      deepEqual(await until(3), ['back', 'create a', 'start a']);
      equal(stream.live, true);
      first.response.destroy();
      const second = await next();
      ok(second.url.includes('since=1800000004.000'), second.url);
      second.response.write(line('start', 'a', 1.8e18 + 5e9) + line('die', 'a', 1.8e18 + 6e9));
      deepEqual((await until(6)).slice(3), ['lost', 'back', 'die a']);
      end.abort();
      await run;
      equal(stream.live, false);
    }));

  it('tries until the engine is there, and tells it is lost only once', () =>
    withScriptedEngine(async (scripted) => {
      const next = openStreams(scripted);
      await scripted.stop();
      const log = keptLog();
      const stream = new EventStream({ engine: scripted.engine, clock: testClock(), random: () => 0, log });
      const { tell, until } = collector();
      stream.listen(tell);
      const end = new AbortController();
      const run = stream.run(end.signal);
      await until(1);
      await scripted.startAgain();
      await next();
      deepEqual(await until(2), ['lost', 'back']);
      equal(log.lines.filter((text) => text.startsWith('warn')).length, 1);
      end.abort();
      await run;
    }));

  it('takes an engine that hangs for a lost one', () =>
    withScriptedEngine(
      async (scripted) => {
        const next = openStreams(scripted);
        const clock = testClock();
        const stream = new EventStream({ engine: scripted.engine, clock, random: () => 0, log: keptLog() });
        const { tell, until } = collector();
        stream.listen(tell);
        const end = new AbortController();
        const run = stream.run(end.signal);
        await next();
        await until(1);
        scripted.routes.set('GET /_ping', () => undefined);
        clock.ping();
        await next();
        deepEqual(await until(3), ['back', 'lost', 'back']);
        end.abort();
        await run;
      },
      { shortCallMs: 50 },
    ));

  it('goes on when a listener throws', () =>
    withScriptedEngine(async (scripted) => {
      const next = openStreams(scripted);
      const log = keptLog();
      const stream = new EventStream({ engine: scripted.engine, clock: testClock(), random: () => 0, log });
      stream.listen(() => {
        throw new Error('stumbles');
      });
      const { tell, until } = collector();
      stream.listen(tell);
      const end = new AbortController();
      const run = stream.run(end.signal);
      (await next()).response.write(line('create', 'a', 1));
      deepEqual(await until(2), ['back', 'create a']);
      ok(log.lines.some((text) => text.startsWith('error')));
      end.abort();
      await run;
    }));
});
