import { equal, match, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeHold } from '../../../src/network/host/hold.js';
import { Guests, port, until, type Guest } from './guests.js';
import { run } from './machine.js';

describe('a start that is held until the ports are there, on a real engine and switch', () => {
  let guests: Guests;

  before(async () => {
    guests = await Guests.open();
  });
  afterEach(() => guests.clear());
  after(() => guests.close());

  /** Who waits for the word. (Not by asking the engine, which answers when it has started.) */
  const waiting = ({ uuid }: Guest) => run(['sh', '-c', `ps -eo args | grep '[t]ail .*${uuid}/hold' || true`]);
  const nobodyWaits = (one: Guest) => until(() => waiting(one), /^$/);

  /** Begins a start; `end` tells how it ended once it did. Returns when it waits. */
  async function startHeld(one: Guest): Promise<{ readonly end: Promise<string> }> {
    const end = guests.start(one).then(
      () => 'started',
      (error: Error) => error.message,
    );
    await until(() => waiting(one), /tail/);
    return { end };
  }

  it('goes on with them: names, addresses and a way out in the first instruction', async () => {
    const one = await guests.makeHeld();
    const starting = await startHeld(one);
    await guests.plug(one, [port(5)]);
    match(await waiting(one), /tail/);
    guests.machine.ports.tellStart(one.uuid, 'go');
    equal(await starting.end, 'started');
    const said = await guests.said(one);
    match(said, /eth0 .* 10\.78\.0\.5\/24/);
    match(said, /nameserver 9\.9\.9\.9/);
    match(said, /10\.78\.0\.5\tweb-1/);
    await guests.reachedNeighbour(one);
    await nobodyWaits(one);
    await guests.machine.docker('restart', '-t', '0', one.name);
    await guests.reachedNeighbour(one, 2);
  });

  it('goes on without any when there are none, and knows its name', async () => {
    const one = await guests.makeHeld();
    const starting = await startHeld(one);
    await guests.plug(one, []);
    guests.machine.ports.tellStart(one.uuid, 'go');
    equal(await starting.end, 'started');
    match(await guests.said(one), /127\.0\.1\.1\tweb-1/);
  });

  it('does not wait when they were there before it', async () => {
    const one = await guests.makeHeld();
    await guests.plug(one, [port(6)]);
    guests.machine.ports.tellStart(one.uuid, 'go');
    await guests.start(one);
    await guests.reachedNeighbour(one);
  });

  it('is refused with them, leaves nothing behind, and starts when it is given ports after all', async () => {
    const one = await guests.makeHeld();
    const starting = await startHeld(one);
    guests.machine.ports.tellStart(one.uuid, 'no');
    match(await starting.end, /ports of the instance: there are none, the server is not built/);
    await nobodyWaits(one);
    await rejects(guests.start(one), /there are none/);
    await guests.plug(one, [port(7)]);
    guests.machine.ports.allowStart(one.uuid);
    await guests.start(one);
    await guests.reachedNeighbour(one);
  });

  it('is refused when the service that was to bring them ends, and waits for the next one', async () => {
    const one = await guests.makeHeld();
    const service = spawn('sleep', ['1000'], { stdio: 'ignore' });
    writeHold(guests.machine.ports.folder(one.uuid), service.pid ?? 0);
    const starting = await startHeld(one);
    service.kill('SIGKILL');
    match(await starting.end, /the service that was to bring them is gone/);
    await guests.machine.ports.holdStart(one.uuid, guests.machine.runtime);
    const again = await startHeld(one);
    await guests.plug(one, [port(8)]);
    guests.machine.ports.tellStart(one.uuid, 'go');
    equal(await again.end, 'started');
    await guests.reachedNeighbour(one);
  });

  it('is refused when the service was gone before it came, also with its ports plugged; an ordinary start is not', async () => {
    const one = await guests.makeHeld();
    await guests.plug(one, [port(9)]);
    const service = spawn('true', { stdio: 'ignore' });
    await once(service, 'exit');
    for (const word of [undefined, 'no'] as const) {
      writeHold(guests.machine.ports.folder(one.uuid), service.pid ?? 0);
      if (word !== undefined) guests.machine.ports.tellStart(one.uuid, word);
      await rejects(guests.start(one), /ports of the instance/);
    }
    equal(await guests.machine.docker('logs', one.name), '');
    guests.machine.ports.allowStart(one.uuid);
    await guests.start(one);
    await guests.reachedNeighbour(one);
  });

  it('ends when the instance is taken away', async () => {
    const one = await guests.makeHeld();
    const starting = await startHeld(one);
    await guests.machine.ports.remove(one.uuid);
    match(await starting.end, /there are none/);
    await nobodyWaits(one);
  });

  it('is none with a program that would not wait', async () => {
    const { ports } = guests.machine;
    equal(await ports.holdStart(guests.machine.newUuid(), '/usr/sbin/runc'), false);
    equal(await ports.holdStart(guests.machine.newUuid(), null), false);
  });
});
