import assert from 'node:assert/strict';
import { deathsIn, isBeforeMemory } from '../../../../src/docker/containers/engine-memory.js';
import type { EngineMessage } from '../../../../src/docker/engine/wire.js';

const message = (Action: string, ID: string, time: number): EngineMessage => ({
  Type: 'container',
  Action,
  Actor: { ID },
  time,
});

describe('docker/containers/engine-memory', () => {
  it('knows the deaths that the engine saw', () => {
    const messages = [message('start', 'a', 1), message('start', 'b', 1), message('die', 'b', 2)];
    for (const liveRestore of [true, false]) assert.deepEqual([...deathsIn(messages, liveRestore)], ['b']);
  });

  it('does not take for such a death what the engine ended as it started', () => {
    const restored = [message('kill', 'b', 1), message('die', 'b', 2)];
    assert.deepEqual([...deathsIn(restored, false)], []);
    // With live-restore it ends none, and need not have started what it has.
    assert.deepEqual([...deathsIn(restored, true)], ['b']);
    const full = [...Array.from({ length: 255 }, () => message('top', 'x', 1)), message('die', 'b', 2)];
    assert.deepEqual([...deathsIn(full, false)], ['b']);
  });

  it('tells what may be forgotten only of a memory that is full', () => {
    const full = Array.from({ length: 256 }, (_one, n) => message('start', 'x', 1000 + n));
    assert.equal(isBeforeMemory(new Date(999_000), full), true);
    assert.equal(isBeforeMemory(new Date(1_100_000), full), false);
    assert.equal(isBeforeMemory(new Date(999_000), full.slice(1)), false);
    assert.equal(isBeforeMemory(new Date(0), []), false);
  });
});
