import assert from 'node:assert/strict';
import { kindOf } from '../../../src/errors/kinds.js';
import type { Broker } from './broker.js';
import { freePort } from './broker.js';
import { rigs, uniqueTopic, until, type Rig } from './rig.js';
import { ownBroker } from './shared-broker.js';

/** Resolves a handler when the test says so. */
function gate(): {
  open: (value?: unknown) => void;
  passed: Promise<unknown>;
  reached: Promise<void>;
  enter: () => Promise<unknown>;
} {
  let open: (value?: unknown) => void = () => {};
  let reach = (): void => {};
  const passed = new Promise<unknown>((resolve) => (open = resolve));
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const enter = (): Promise<unknown> => {
    reach();
    return passed;
  };
  return { open, passed, reached, enter };
}

describe('losing the broker', () => {
  const rig = rigs();
  let broker: Broker;
  let us: Rig;
  let them: Rig;
  let topic: string;

  before(async () => {
    broker = await ownBroker();
  });
  beforeEach(() => {
    us = rig(broker.url);
    them = rig(broker.url);
    topic = uniqueTopic();
  });
  const restart = async (): Promise<void> => {
    await broker.kill();
    await broker.boot();
  };
  const isUp = (one: Rig): boolean => one.transport.state === 'up';

  it('a call whose work outlasts a broker restart is answered', async () => {
    const work = gate();
    await us.serve(topic, { work: () => work.enter() });
    const calling = them.call(topic, 'work', {}, { timeoutMs: 60_000 });
    await work.reached;
    await restart();
    work.open('done');
    assert.equal(await calling, 'done');
  });

  it('a repeatable call whose answer the broker may have lost fails soon, to be made again', async () => {
    const work = gate();
    await us.serve(topic, { work: () => work.enter() });
    const calling = them.call(topic, 'work', {}, { timeoutMs: 60_000, isRepeatable: true });
    const failing = assert.rejects(calling, (error) => kindOf(error) === 'Unavailable');
    await work.reached;
    await restart();
    await failing;
    work.open('too late');
  });

  it('a call made while the broker is away waits for it, and for its server', async () => {
    await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    await them.call(topic, 'echo', {});
    await broker.kill();
    const calling = them.call(topic, 'echo', { a: 1 }, { timeoutMs: 60_000 });
    await assert.rejects(them.call(topic, 'echo', {}, { timeoutMs: 300 }), { kind: 'Timeout' });
    await broker.boot();
    assert.deepEqual(await calling, { a: 1 });
  });

  it('a cast sent while the broker is away arrives, once', async () => {
    const seen: unknown[] = [];
    await us.serve(topic, { note: (request) => Promise.resolve(seen.push(request.args)) });
    await broker.kill();
    const casting = them.cast(topic, 'note', { n: 1 });
    await broker.boot();
    await casting;
    await them.cast(topic, 'note', { n: 2 });
    await until(() => seen.length >= 2);
    assert.deepEqual(seen, [{ n: 1 }, { n: 2 }]);
  });

  it('a call that nobody can take says so', async () => {
    await assert.rejects(them.call(topic, 'echo', {}, { timeoutMs: 1000 }), {
      kind: 'Timeout',
      message: /no queue, so no reply/,
    });
  });

  it('a cast that was taken in is worked on through a restart of the broker, once', async () => {
    const work = gate();
    const starts: number[] = [];
    const server = await us.serve(topic, {
      work: (request) => {
        starts.push(request.attempt);
        return work.enter();
      },
    });
    await them.cast(topic, 'work');
    await work.reached;
    await restart();
    await until(() => isUp(us));
    assert.deepEqual([starts, server.running], [[1], 1]);
    work.open();
    await until(() => server.running === 0);
    assert.deepEqual(starts, [1]);
  });

  it('connections that an operator closes come back, and nothing is lost or done twice', async () => {
    const seen: number[] = [];
    await us.serve(topic, {
      note: (request) => Promise.resolve(seen.push(Number(request.args['n']))),
      echo: (request) => Promise.resolve(request.args),
    });
    await them.call(topic, 'echo', {});
    const casts = Array.from({ length: 200 }, (_, n) => n);
    const sending = (async () => {
      for (const n of casts) await them.cast(topic, 'note', { n });
    })();
    for (let times = 0; times < 3; times++) {
      await broker.ctl('close_all_connections', 'test');
      await until(() => isUp(us) && isUp(them));
    }
    await sending;
    await until(() => seen.length >= casts.length);
    assert.deepEqual(
      [...new Set(seen)].sort((a, b) => a - b),
      casts,
    );
    assert.equal(seen.length, casts.length);
    assert.deepEqual(await them.call(topic, 'echo', { a: 1 }), { a: 1 });
  });

  it('states are told: down and up again', async () => {
    await us.serve(topic, {});
    await until(() => isUp(us));
    const states: string[] = [];
    us.transport.onState((state) => states.push(state));
    await broker.ctl('close_all_connections', 'test');
    await until(() => states.includes('down') && isUp(us));
    assert.equal(states.at(-1), 'up');
  });

  const queues: readonly [name: string, of: (topic: string) => string][] = [
    ['our own queue', (name) => `${name}.us`],
    ['the shared queue', (name) => name],
  ];
  for (const [name, of] of queues) {
    it(`${name}, deleted under us, is declared and consumed again`, async () => {
      await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
      await broker.ctl('delete_queue', of(topic));
      await until(() => us.log.said('warn').length > 0 && isUp(us));
      assert.deepEqual(await them.call(topic, 'echo', { a: 1 }), { a: 1 });
      assert.match(JSON.stringify(us.log.lines), /cancelled the consumer/);
    });
  }

  it('the reply queue, deleted under us, comes back under its name', async () => {
    const work = gate();
    await us.serve(topic, { work: () => work.enter() });
    const calling = them.call(topic, 'work', {}, { timeoutMs: 30_000 });
    await work.reached;
    const names = (await broker.ctl('list_queues', 'name', '--no-table-headers')).split('\n');
    const reply = names.filter((name) => name.startsWith('reply_'));
    for (const name of reply) await broker.ctl('delete_queue', name);
    work.open('done');
    assert.equal(await calling, 'done');
  });

  it('the first of two hosts is dead: the second takes us', async () => {
    const dead = await freePort();
    const address = `guest:guest@127.0.0.1:${broker.ports.plain}`;
    const hopeful = rig(`rabbit://guest:guest@127.0.0.1:${dead},${address}/`);
    await hopeful.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    assert.deepEqual(await hopeful.call(topic, 'echo', { a: 1 }), { a: 1 });
    await broker.ctl('close_all_connections', 'test');
    await until(() => isUp(hopeful));
    assert.deepEqual(await hopeful.call(topic, 'echo', { a: 2 }), { a: 2 });
  });

  it('no host at all: each is named, once', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const hopeless = rig(`rabbit://127.0.0.1:${one},127.0.0.1:${other}/`, { kombuFailoverStrategy: 'shuffle' });
    await until(() => hopeless.log.said('error').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const [said = '', ...more] = hopeless.log.said('error');
    assert.ok(said.includes(`127.0.0.1:${one}`) && said.includes(`127.0.0.1:${other}`));
    assert.deepEqual(more, []);
  });

  it('a wrong password is said once, without the password, however often it is tried', async () => {
    const refused = rig(broker.url.replace('guest:guest', 'guest:geheim'));
    await until(() => refused.log.said('error').length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const text = JSON.stringify(refused.log.lines);
    assert.equal(refused.log.said('error').length, 1);
    assert.match(text, /cannot connect to RabbitMQ at 127\.0\.0\.1:\d+.*ACCESS.REFUSED/);
    assert.ok(!text.includes('geheim'));
  });

  it('a broker under memory alarm keeps our senders waiting, not failing', async () => {
    await us.serve(topic, { echo: (request) => Promise.resolve(request.args) });
    await them.call(topic, 'echo', {});
    await broker.ctl('set_vm_memory_high_watermark', '0.0000001');
    const calling = them.call(topic, 'echo', { a: 1 }, { timeoutMs: 30_000 });
    await until(() => [...them.log.lines, ...us.log.lines].some((line) => line.message.includes('blocks publishers')));
    await broker.ctl('set_vm_memory_high_watermark', '0.4');
    assert.deepEqual(await calling, { a: 1 });
  });
});
