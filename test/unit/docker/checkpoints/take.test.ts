import assert from 'node:assert/strict';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { json } from '../scriptedEngine.js';
import { failsAs } from '../failures.js';
import { ID, IMAGES, KEY, withWorld, writeImages, type World } from './world.js';

const NAME = 'move-1';
const POST = `POST /containers/${ID}/checkpoints`;
const BYTES = Object.values(IMAGES).join('').length;

/** The engine does as it does: all written, ended, answered. */
function engineTakes({ scripted, folder, state }: World): void {
  scripted.routes.set(POST, (request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      assert.deepEqual(JSON.parse(body), { CheckpointID: NAME, Exit: true });
      writeImages(join(folder, NAME));
      Object.assign(state, { Running: false, Status: 'exited' });
      response.writeHead(201).end();
    });
  });
}

function remembers({ scripted }: World, Action: string, at: string): void {
  const line = { Type: 'container', Action, Actor: { ID }, timeNano: Date.parse(at) * 1e6 };
  scripted.routes.set('GET /events', json(200, line));
}

const posts = ({ scripted }: World): number => scripted.asked.filter((one) => one === POST).length;

describe('docker/checkpoints: take', () => {
  it('writes once; asked again it finds what is there, and does not ask the engine', () =>
    withWorld(async (world) => {
      engineTakes(world);
      assert.deepEqual(await world.checkpoints.take(KEY, NAME, world.signal), { bytes: BYTES });
      assert.deepEqual(await world.checkpoints.take(KEY, NAME, world.signal), { bytes: BYTES });
      assert.equal(posts(world), 1);
      assert.deepEqual(world.left(), [`.whole-${NAME}`, NAME]);
    }));

  it('what the engine ended after we had gone is found by its memory of it', () =>
    withWorld(async (world) => {
      writeImages(join(world.folder, NAME));
      Object.assign(world.state, { Running: false, Status: 'exited' });
      remembers(world, 'checkpoint', '2020-01-01T12:30:00Z');
      assert.deepEqual(await world.checkpoints.take(KEY, NAME, world.signal), { bytes: BYTES });
      assert.equal(posts(world), 0);
      assert.ok(existsSync(join(world.folder, `.whole-${NAME}`)));
    }));

  it('what the engine is still at is waited for', () =>
    withWorld(async (world) => {
      writeImages(join(world.folder, NAME), {});
      let looks = 0;
      world.onSleep = () => {
        looks += 1;
        if (looks === 2) Object.assign(world.state, { Running: false, Status: 'exited' });
        if (looks !== 4) return;
        writeImages(join(world.folder, NAME));
        remembers(world, 'checkpoint', '2020-01-01T12:30:00Z');
      };
      assert.deepEqual(await world.checkpoints.take(KEY, NAME, world.signal), { bytes: BYTES });
      assert.equal(looks, 4);
      assert.equal(posts(world), 0);
    }));

  it('what an engine has left unfinished gives way after a while, and so does one that the container runs on from', () =>
    withWorld(async (world) => {
      writeImages(join(world.folder, NAME), { 'half.img': 'x' });
      let looks = 0;
      world.onSleep = () => (looks += 1);
      engineTakes(world);
      await world.checkpoints.take(KEY, NAME, world.signal);
      assert.ok(looks > 100);
      assert.deepEqual(readdirSync(join(world.folder, NAME)).toSorted(), Object.keys(IMAGES));
      Object.assign(world.state, { Running: true, Status: 'running' });
      looks = 0;
      await world.checkpoints.take(KEY, NAME, world.signal);
      assert.deepEqual([looks, posts(world)], [0, 2]);
    }));

  it('a container that has ended otherwise is a conflict', () =>
    withWorld(async (world) => {
      Object.assign(world.state, { Running: false, Status: 'exited' });
      const taken = (): Promise<unknown> => world.checkpoints.take(KEY, NAME, world.signal);
      await assert.rejects(taken(), failsAs('Conflict', /does not run/));
      // Those of an earlier life of the container is not what is asked for.
      writeImages(join(world.folder, NAME));
      writeFileSync(join(world.folder, `.whole-${NAME}`), '');
      utimesSync(join(world.folder, `.whole-${NAME}`), 0, 1000);
      remembers(world, 'checkpoint', '2020-01-01T11:59:00Z');
      await assert.rejects(taken(), failsAs('Conflict', /does not run/));
    }));

  it('one with too much memory, or without room for it, runs on and is not touched', () =>
    withWorld(async (world) => {
      const stats = (usage: number): void => {
        world.scripted.routes.set(`GET /containers/${ID}/stats`, json(200, { memory_stats: { usage } }));
      };
      stats(100 * 2 ** 20 + 1);
      const taken = (): Promise<unknown> => world.checkpoints.take(KEY, NAME, world.signal);
      await assert.rejects(taken(), failsAs('Unsupported', /uses 101 MiB of memory; this host moves 100 MiB at most/));
      stats(100 * 2 ** 20);
      world.host.freeBytes = 299 * 2 ** 20;
      await assert.rejects(taken(), failsAs('Unavailable', /no room on its disk/));
      assert.equal(posts(world), 0);
    }));

  it('a paused one is refused, and any where it is switched off', () =>
    withWorld(async (world) => {
      const taken = (): Promise<unknown> => world.checkpoints.take(KEY, NAME, world.signal);
      Object.assign(world.state, { Paused: true });
      await assert.rejects(taken(), failsAs('Unsupported', /is paused/));
      world.host.isOn = false;
      await assert.rejects(taken(), failsAs('Unsupported', /switched off/));
      assert.equal(posts(world), 0);
    }));

  const refusals: [string, string, string][] = [
    [
      'by our runtime',
      `Cannot checkpoint container nova-x: exit status 1: CRIU: inet: Connected TCP socket  path= /run/c/criu-dump.log: unknown`,
      'inet: Connected TCP socket',
    ],
    ['by another', 'Cannot checkpoint container nova-x: criu failed: type NOTIFY errno 0', 'criu failed: type NOTIFY'],
  ];
  for (const [what, message, words] of refusals) {
    it(`CRIU's refusal, told ${what}: the container runs on`, () =>
      withWorld(async (world) => {
        world.scripted.routes.set(POST, json(500, { message }));
        const taken = world.checkpoints.take(KEY, NAME, world.signal);
        await assert.rejects(taken, failsAs('Unsupported', new RegExp(`can't be moved as they run: .*${words}`)));
        assert.deepEqual(world.left(), []);
      }));
  }

  it('an engine that loses the memory when the processes have ended says so', () =>
    withWorld(async (world) => {
      world.scripted.routes.set(POST, (request, response, path) => {
        Object.assign(world.state, { Running: false, Status: 'exited' });
        json(500, { message: 'no space left on device' })(request, response, path);
      });
      const taken = world.checkpoints.take(KEY, NAME, world.signal);
      await assert.rejects(taken, failsAs('Internal', /has ended, and its memory could not be kept: no space left/));
    }));

  it('an engine that is away is no refusal', () =>
    withWorld(async (world) => {
      world.scripted.routes.set(POST, (request) => request.socket.destroy());
      await assert.rejects(world.checkpoints.take(KEY, NAME, world.signal), failsAs('Unavailable', /does not answer/));
    }));

  it('a name can lead nowhere else', () =>
    withWorld(async (world) => {
      writeFileSync(join(world.temporary, 'x'), '');
      for (const name of ['../x', '.x', '', 'a/b']) {
        await assert.rejects(world.checkpoints.take(KEY, name, world.signal), failsAs('Invalid', /can't be named/));
      }
    }));
});
