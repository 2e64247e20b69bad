import assert from 'node:assert/strict';
import { KeyedLocks } from '../../../src/compute/locks.js';

/** A promise that is settled from outside. */
function gate(): { readonly opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('compute/locks', () => {
  it('runs the work of one key in the order in which it was asked for', async () => {
    const locks = new KeyedLocks();
    const first = gate();
    const order: string[] = [];
    const a = locks.run('x', async () => {
      await first.opened;
      order.push('a');
    });
    const b = locks.run('x', () => Promise.resolve(order.push('b')));
    const c = locks.run('x', () => Promise.resolve(order.push('c')));
    first.open();
    await Promise.all([a, b, c]);
    assert.deepEqual(order, ['a', 'b', 'c']);
  });

  it('runs the work of different keys side by side', async () => {
    const locks = new KeyedLocks();
    const held = gate();
    const a = locks.run('x', () => held.opened);
    assert.equal(await locks.run('y', () => Promise.resolve('done')), 'done');
    held.open();
    await a;
  });

  it('goes on after a failure, hands the failure to its asker and forgets a key with nothing waiting', async () => {
    const locks = new KeyedLocks();
    const failing = locks.run('x', () => Promise.reject(new Error('no')));
    const after = locks.run('x', () => Promise.resolve(1));
    assert.equal(locks.isBusy('x'), true);
    await assert.rejects(failing, /no/);
    assert.equal(await after, 1);
    assert.equal(locks.isBusy('x'), false);
  });
});
