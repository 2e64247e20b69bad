import assert from 'node:assert/strict';
import { DeadReplyQueues } from '../../../src/oslo/dead-replies.js';

describe('dead reply queues', () => {
  it('are forgotten after a minute, and the oldest when there are too many', () => {
    let now = 0;
    const dead = new DeadReplyQueues(() => now, 60_000, 2);
    dead.add('a');
    dead.add('b');
    dead.add('a');
    dead.add('c');
    assert.deepEqual([dead.has('a'), dead.has('b'), dead.has('c')], [true, false, true]);
    now = 60_000;
    assert.deepEqual([dead.has('a'), dead.has('c')], [false, false]);
  });
});
