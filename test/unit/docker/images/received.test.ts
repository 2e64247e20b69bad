import { deepEqual, equal, rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ReceivedData } from '../../../../src/docker/images/received.js';
import type { DataHash } from '../../../../src/docker/images/reference.js';
import type { Clock } from '../../../../src/docker/settings.js';
import { ServiceError, type ErrorKind } from '../../../../src/errors/kinds.js';
import { handClock } from '../handClock.js';

const DATA = Buffer.from('some data of an image');
const MD5: DataHash = { algorithm: 'md5', hex: createHash('md5').update(DATA).digest('hex') };

function received(stream: Readable, clock: Clock, expected: DataHash | undefined = MD5): ReceivedData {
  const image = {
    ...{ id: 'i', name: '', status: 'active', containerFormat: 'docker', diskFormat: 'raw', sizeBytes: DATA.length },
    ...{ hashAlgo: null, hashValue: null, checksum: null, properties: {} },
  };
  return new ReceivedData(stream, { image, expected, stallTimeoutMs: 1000, clock, progress: () => undefined });
}

async function drain(data: ReceivedData): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function ofKind(kind: ErrorKind, text: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.kind === kind && text.test(error.message);
}

describe('docker/images: received data', () => {
  it('are what was sent, and checked', async () => {
    const data = received(Readable.from([DATA.subarray(0, 5), DATA.subarray(5)]), handClock());
    deepEqual(await drain(data), DATA);
    await data.verify();
  });

  it('are refused when their hash is another', async () => {
    const data = received(Readable.from([DATA]), handClock(), { algorithm: 'sha512', hex: 'aa' });
    await drain(data);
    await rejects(data.verify(), ofKind('Invalid', /do not match the sha512 that Glance keeps/));
  });

  it('say when they broke off', async () => {
    const data = received(Readable.from([DATA.subarray(0, 5)]), handClock());
    await drain(data);
    await rejects(data.verify(), ofKind('Unavailable', /ended after 5 of 21 bytes/));
  });

  it('stall only while they are waited for', async () => {
    const clock = handClock();
    const stream = new Readable({ read: () => undefined });
    const data = received(stream, clock);
    const reading = data[Symbol.asyncIterator]();
    stream.push(DATA);
    equal((await reading.next()).done, false);
    // The reader is busy for long: that is no stall.
    await clock.pass(5000);
    const next = reading.next();
    await clock.pass(900);
    const failed = rejects(next, ofKind('Timeout', /stalled: nothing came for 1 s after 21 bytes/));
    await clock.pass(200);
    await failed;
    equal(stream.destroyed, true);
  });

  it('stop at once, whatever their stream does', async () => {
    const stuck = new Readable({
      read: () => undefined,
      destroy: () => {
        // It never says that it is closed.
      },
    });
    const data = received(stuck, handClock());
    const reading = drain(data);
    const reason = new Error('nobody waits');
    data.stop(reason);
    await rejects(reading, reason);
  });

  it('let go of their stream when their reader has enough', async () => {
    const stream = Readable.from([DATA, DATA, DATA]);
    for await (const _chunk of received(stream, handClock())) break;
    equal(stream.destroyed, true);
  });
});
