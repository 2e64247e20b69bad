import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { inOrder, runGraph, withNeeds, type Step, type Watcher } from '../../../tools/plane/graph.js';

const silent: Watcher = { begin: () => undefined, end: () => undefined, fail: () => undefined };
const never = new AbortController().signal;

/** A step that writes down its begin and end, with a turn of the event loop between. */
function recorded(log: string[], name: string, needs: readonly string[]): Step {
  const run = async (): Promise<undefined> => {
    log.push(`+${name}`);
    await turn();
    log.push(`-${name}`);
    return undefined;
  };
  return { name, needs, run };
}

/** Steps s0..sN, each needing some of those before it, in any order. */
const graphs = fc
  .array(fc.array(fc.nat(20), { maxLength: 4 }), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((needs, index) => ({
      name: `s${index}`,
      needs: index === 0 ? [] : [...new Set(needs.map((need) => `s${need % index}`))],
    })),
  )
  .chain((steps) => fc.shuffledSubarray(steps, { minLength: steps.length, maxLength: steps.length }));

describe('tools: graph', () => {
  it('starts a step only when those that it needs have ended', async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (shapes) => {
        const log: string[] = [];
        await runGraph(
          shapes.map(({ name, needs }) => recorded(log, name, needs)),
          silent,
          never,
        );
        assert.equal(log.length, shapes.length * 2);
        for (const { name, needs } of shapes) {
          for (const need of needs)
            assert.ok(log.indexOf(`-${need}`) < log.indexOf(`+${name}`), `${need} before ${name}`);
        }
      }),
    );
  });

  it('runs independent steps beside each other', async () => {
    const log: string[] = [];
    await runGraph([recorded(log, 'a', []), recorded(log, 'b', [])], silent, never);
    assert.deepEqual(log, ['+a', '+b', '-a', '-b']);
  });

  it('takes needs that are not in the graph as done', async () => {
    const log: string[] = [];
    await runGraph([recorded(log, 'a', ['elsewhere'])], silent, never);
    assert.deepEqual(log, ['+a', '-a']);
  });

  it('aborts the others at the first failure, starts nothing more, and throws that failure', async () => {
    const told: string[] = [];
    const watcher: Watcher = { ...silent, fail: (name) => told.push(name) };
    const waiting: Step = {
      name: 'waiting',
      needs: [],
      run: (signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('was aborted'));
          });
        }),
    };
    const failing: Step = { name: 'failing', needs: [], run: () => Promise.reject(new Error('no')) };
    const log: string[] = [];
    const graph = [waiting, failing, recorded(log, 'after', ['failing'])];
    await assert.rejects(runGraph(graph, watcher, never), { message: 'no' });
    assert.deepEqual(log, []);
    assert.deepEqual(told, ['failing']);
  });

  it('refuses steps that need each other', async () => {
    const graph = [recorded([], 'a', ['b']), recorded([], 'b', ['a'])];
    await assert.rejects(runGraph(graph, silent, never), /circle: a -> b -> a/);
  });

  it('finds what a choice of steps needs', () => {
    const graph = [recorded([], 'c', ['b']), recorded([], 'b', ['a']), recorded([], 'a', []), recorded([], 'x', ['a'])];
    assert.deepEqual(
      withNeeds(graph, ['c']).map(({ name }) => name),
      ['c', 'b', 'a'],
    );
    assert.deepEqual(
      inOrder(graph).map(({ name }) => name),
      ['a', 'b', 'c', 'x'],
    );
  });
});
