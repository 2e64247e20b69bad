import assert from 'node:assert/strict';
import { UniqueIds } from '../../../src/oslo/unique-ids.js';

describe('ids of the last messages', () => {
  it('forgets the oldest', () => {
    const ids = new UniqueIds(2);
    for (const id of ['a', 'b', 'b', 'c']) ids.add(id);
    assert.deepEqual(
      ['a', 'b', 'c'].map((id) => ids.has(id)),
      [false, true, true],
    );
  });
});
