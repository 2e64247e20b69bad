import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { unpackedBy } from '../../../../src/docker/images/archive/programs.js';
import { kindOf } from '../../../../src/errors/kinds.js';
import { handClock } from '../handClock.js';
import { inPieces, unfit } from './rewriting.js';

const DATA = Buffer.from('some data '.repeat(100_000));

/** Unpacks by a line of shell in place of the real program. */
function unpacking(script: string, data: AsyncIterable<Uint8Array> = inPieces(DATA), clock = handClock()) {
  const program = { command: 'sh', args: ['-c', script], debianPackage: 'xz-utils' };
  return unpackedBy('xz', data, { clock, stallTimeoutMs: 1000 }, program);
}

async function drain(data: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('docker/images/archive: a program that unpacks', function () {
  this.timeout(30_000);

  it('is given everything, and what it makes is handed on', async () => {
    deepEqual(await drain(unpacking('exec cat')), DATA);
  });

  it('may make much of little, and be read slowly', async () => {
    let length = 0;
    for await (const chunk of unpacking('cat > /dev/null; yes | head -c 1000000')) {
      length += chunk.length;
      await pause();
    }
    equal(length, 1_000_000);
  });

  it('is believed that data are broken, in its own words', async () => {
    const failing = unpacking('cat; echo "xz: (stdin): Compressed data is corrupt" >&2; exit 1');
    await rejects(drain(failing), unfit(/xz compression is broken \("xz: \(stdin\): Compressed data is corrupt"\)/));
  });

  it('that ends before its input is believed, too', async () => {
    await rejects(drain(unpacking('exit 2')), unfit(/compression is broken/));
    deepEqual(await drain(unpacking('exec head -c 4')), DATA.subarray(0, 4));
  });

  it('that is missing is named with its package', async () => {
    const program = { command: '/no/such/xz', args: [], debianPackage: 'xz-utils' };
    const missing = unpackedBy('xz', inPieces(DATA), { clock: handClock(), stallTimeoutMs: 1000 }, program);
    await rejects(drain(missing), (error) => {
      return kindOf(error) === 'Unavailable' && /install Debian's package xz-utils/.test(String(error));
    });
  });

  it("that somebody kills is the host's trouble, not the image's", async () => {
    await rejects(drain(unpacking('kill -9 $$')), (error) => kindOf(error) === 'Unavailable');
  });

  it('never makes a whole of data that broke off', async () => {
    const reason = new Error('Glance is away');
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* inPieces(DATA);
      throw reason;
    }
    // It would say that all was well.
    await rejects(drain(unpacking('cat; exit 0', broken())), reason);
  });

  it('that hangs is ended, whether it takes nothing or gives nothing', async () => {
    for (const script of ['exec sleep 1000', 'cat > /dev/null; exec sleep 1000']) {
      const clock = handClock();
      let ended = false;
      const drained = drain(unpacking(script, inPieces(DATA), clock)).finally(() => {
        ended = true;
      });
      drained.catch(() => undefined);
      while (!ended) await clock.pass(300);
      await rejects(drained, (error) => kindOf(error) === 'Timeout' && /xz|sh stalled/.test(String(error)));
    }
  });

  it('has all the time while data or reader are slow', async () => {
    const clock = handClock();
    async function* slow(): AsyncGenerator<Uint8Array> {
      for (let turn = 0; turn < 5; turn += 1) {
        await clock.pass(5000);
        yield Buffer.from('x');
      }
    }
    let text = '';
    for await (const chunk of unpacking('exec cat', slow(), clock)) {
      await clock.pass(5000);
      text += Buffer.from(chunk).toString();
    }
    equal(text, 'xxxxx');
  });

  it('ends with its reader', async () => {
    const running = unpacking('echo $$; exec sleep 1000');
    const first = await running.next();
    const pid = Number(Buffer.from(first.value as Uint8Array).toString());
    process.kill(pid, 0);
    await running.return(undefined);
    throws(() => process.kill(pid, 0), /ESRCH/);
  });
});
