import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rigs, uniqueTopic, until, type Rig } from './rig.js';
import { anyBrokerUrl } from './shared-broker.js';

describe('kill -9 of the serving process', () => {
  const rig = rigs();
  let url: string;
  let them: Rig;
  let topic: string;
  let folder: string;
  const children: ChildProcess[] = [];

  const lines = async (): Promise<string[]> =>
    (await readFile(join(folder, 'journal'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
  const count = async (line: RegExp): Promise<number> => (await lines()).filter((text) => line.test(text)).length;
  /** Starts a process; `point` is where it dies. Resolves when it serves or is dead. */
  const live = async (point = 'never'): Promise<ChildProcess> => {
    const script = fileURLToPath(new URL('mortal.ts', import.meta.url));
    const served = await count(/^serving$/);
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', script, url, topic, join(folder, 'inbox'), join(folder, 'journal'), point],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    children.push(child);
    await until(async () => {
      assert.equal(child.exitCode, null, 'the process could not start');
      return child.signalCode !== null || (await count(/^serving$/)) > served;
    });
    return child;
  };
  const death = async (child: ChildProcess): Promise<void> => {
    if (child.signalCode === null) await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGKILL');
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    child.kill('SIGKILL');
    await death(child);
  };

  beforeEach(async () => {
    url = await anyBrokerUrl();
    them = rig(url);
    topic = uniqueTopic();
    folder = await mkdtemp(join(tmpdir(), 'oslo-crash-'));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) if (child.signalCode === null) await kill(child);
    await rm(folder, { recursive: true, force: true });
  });

  const points: readonly [point: string, begins: string[]][] = [
    ['before put', ['begin 1 1']],
    ['after put', ['begin 1 1']],
    ['before start', ['begin 1 1']],
    ['after start', ['begin 1 2']],
    ['at work', ['begin 1 1', 'begin 1 2']],
  ];
  for (const [point, begins] of points) {
    it(`${point}: the work is done once, by the next process`, async () => {
      const first = await live(point);
      await them.cast(topic, 'work', { n: 1 });
      await death(first);
      await live();
      await until(async () => (await count(/^end 1$/)) > 0);
      // What the broker still held has come again by now: a later cast is behind it.
      await them.cast(topic, 'work', { n: 2 });
      await until(async () => (await count(/^end 2$/)) > 0);
      const journal = await lines();
      assert.deepEqual(
        journal.filter((line) => line.startsWith('begin 1')),
        begins,
      );
      assert.equal(journal.filter((line) => line === 'end 1').length, 1);
    });
  }

  it('after the work, before its end is recorded: it is handed over again, as a second attempt', async () => {
    const first = await live('before finish');
    await them.cast(topic, 'work', { n: 1 });
    await death(first);
    await live();
    await until(async () => (await count(/^end 1$/)) === 2);
    assert.deepEqual(
      (await lines()).filter((line) => line.startsWith('begin')),
      ['begin 1 1', 'begin 1 2'],
    );
  });

  it('after its end is recorded: nothing happens again', async () => {
    const first = await live('before removal');
    await them.cast(topic, 'work', { n: 1 });
    await death(first);
    await live();
    await them.cast(topic, 'work', { n: 2 });
    await until(async () => (await count(/^end 2$/)) > 0);
    assert.equal(await count(/^begin 1/), 1);
  });

  it('what waits is worked on in the order of its arrival, before what comes new', async () => {
    const first = await live('before start');
    const casts = Array.from({ length: 20 }, (_, n) => n);
    for (const n of casts) await them.cast(topic, 'work', { n }).catch(() => {});
    await death(first);
    await live();
    await until(async () => (await count(/^end/)) === casts.length);
    const begun = (await lines()).filter((line) => line.startsWith('begin')).map((line) => Number(line.split(' ')[1]));
    assert.deepEqual(begun, casts);
  });

  it('a message that kills three times is parked and reported, and the others get through', async () => {
    const first = await live('at work');
    await them.cast(topic, 'work', { n: 1 });
    await death(first);
    await death(await live('at work'));
    await death(await live('at work'));
    await them.cast(topic, 'work', { n: 2 });
    await live();
    await until(async () => (await count(/^end 2$/)) > 0);
    assert.deepEqual(
      (await lines()).filter((line) => line !== 'serving'),
      ['begin 1 1', 'begin 1 2', 'begin 1 3', 'parked 1', 'begin 2 1', 'end 2'],
    );
    const [file = ''] = await readdir(join(folder, 'inbox', 'parked'));
    const parked = JSON.parse(await readFile(join(folder, 'inbox', 'parked', file), 'utf8')) as {
      message: { args: unknown; reason: string };
    };
    assert.deepEqual(parked.message.args, { n: 1 });
  });

  // Not a third kill: what ran at all three would be parked.
  it('many at once, killed at two moments: every cast ends, and hardly any twice', async () => {
    const total = 60;
    const casting = (async () => {
      for (let n = 0; n < total; n++) await them.cast(topic, 'work', { n });
    })();
    for (let life = 0; life < 2; life++) {
      const child = await live();
      const done = await count(/^end/);
      await until(async () => (await count(/^end/)) > done + life * 3 || (await count(/^end/)) >= total);
      await kill(child);
    }
    await live();
    await casting;
    const ended = async (): Promise<Set<string>> => new Set((await lines()).filter((line) => line.startsWith('end')));
    await until(async () => (await ended()).size === total);
    const journal = await lines();
    for (let n = 0; n < total; n++) {
      const story = journal.filter((line) => new RegExp(`^(begin|end) ${n}( |$)`).test(line));
      const ends = story.filter((line) => line.startsWith('end')).length;
      const attempts = story.filter((line) => line.startsWith('begin')).map((line) => Number(line.split(' ')[2]));
      // Ended twice only if the kill fell between the work's end and its record.
      assert.ok(ends === 1 || attempts.length > 1, story.join(', '));
      assert.deepEqual(
        attempts,
        attempts.map((_, index) => attempts[0]! + index),
      );
    }
  });
});
