import assert from 'node:assert/strict';
import { Room } from '../../../../../src/docker/images/registry/room.js';
import type { ImageFacts } from '../../../../../src/compute/ports/images.js';
import { messageOf } from '../../../../../src/errors/kinds.js';
import { memoryLog } from '../../../../double/logger.js';
import { handClock } from '../../handClock.js';

describe('docker/images/registry: room for what comes', () => {
  function setUp() {
    const disk = { free: 1000 };
    const [clock, log] = [handClock(), memoryLog()];
    const limits = { clock, log, reservedBytes: 100, freeBytes: () => Promise.resolve(disk.free) };
    const room = new Room({ id: 'image-1' } as ImageFacts, limits);
    const [reasons, over] = [[] as string[], new AbortController()];
    const watched = room.watch(over.signal, (reason) => reasons.push(messageOf(reason)));
    return { disk, clock, log, room, reasons, over, watched };
  }

  it('is looked for before anything comes', async () => {
    const { disk, room, over, watched } = setUp();
    await room.check();
    disk.free = 99;
    await assert.rejects(room.check(), /does not fit on this host's disk/);
    over.abort();
    await watched;
  });

  it('is looked for all the time: a disk that fills ends it, once', async () => {
    const { disk, clock, log, reasons, watched } = setUp();
    await clock.pass(1000);
    assert.deepEqual(reasons, []);
    disk.free = 50;
    await clock.pass(1000);
    await watched;
    assert.deepEqual(reasons, ["Image image-1 does not fit on this host's disk."]);
    assert.equal(log.lines.length, 1);
  });

  it('is nobody’s concern when it is over', async () => {
    const { disk, clock, reasons, over, watched } = setUp();
    disk.free = 0;
    over.abort();
    await watched;
    await clock.pass(1000);
    assert.deepEqual(reasons, []);
  });
});
