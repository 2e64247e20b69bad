import { equal, rejects } from 'node:assert/strict';
import { SharedWork } from '../../../../src/docker/images/shared.js';

interface Job {
  readonly signal: AbortSignal;
  readonly resolve: (value: string) => void;
  readonly reject: (error: Error) => void;
}

/** Work that ends when a test says so, and how often it was begun. */
function jobs(): { readonly begun: Job[]; readonly work: (signal: AbortSignal) => Promise<string> } {
  const begun: Job[] = [];
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve, reject) => {
      begun.push({ signal, resolve, reject });
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });
  return { begun, work };
}

const never = new AbortController().signal;

describe('docker/images: shared work', () => {
  it('is done once for all, and again for who comes later', async () => {
    const shared = new SharedWork<string>();
    const { begun, work } = jobs();
    const both = [shared.join('a', never, work), shared.join('a', never, work)];
    equal(begun.length, 1);
    begun[0]?.resolve('done');
    equal((await Promise.all(both)).join(), 'done,done');
    const later = shared.join('a', never, work);
    equal(begun.length, 2);
    begun[1]?.resolve('again');
    equal(await later, 'again');
  });

  it('keeps keys apart', () => {
    const shared = new SharedWork<string>();
    const { begun, work } = jobs();
    void shared.join('a', never, work);
    void shared.join('b', never, work);
    equal(begun.length, 2);
  });

  it('goes on when one gives up, and ends when nobody waits', async () => {
    const shared = new SharedWork<string>();
    const { begun, work } = jobs();
    const [first, second] = [new AbortController(), new AbortController()];
    const one = shared.join('a', first.signal, work);
    const two = shared.join('a', second.signal, work);
    first.abort(new Error('first leaves'));
    await rejects(one, /first leaves/);
    equal(begun[0]?.signal.aborted, false);
    second.abort(new Error('second leaves'));
    await rejects(two, /second leaves/);
    equal(begun[0]?.signal.aborted, true);
    const three = shared.join('a', never, work);
    equal(begun.length, 2);
    begun[1]?.resolve('fresh');
    equal(await three, 'fresh');
  });

  it('tells all of its failure, and is tried afresh after it', async () => {
    const shared = new SharedWork<string>();
    const { begun, work } = jobs();
    const both = [shared.join('a', never, work), shared.join('a', never, work)];
    begun[0]?.reject(new Error('broken'));
    for (const one of both) await rejects(one, /broken/);
    void shared.join('a', never, work);
    equal(begun.length, 2);
  });

  it('does not begin for who has given up already', async () => {
    const { begun, work } = jobs();
    await rejects(new SharedWork<string>().join('a', AbortSignal.abort(new Error('over')), work), /over/);
    equal(begun.length, 0);
  });
});
