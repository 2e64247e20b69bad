import assert from 'node:assert/strict';
import { grouped } from '../../../../src/oslo/inbox/group-commit.js';

/** Work of which a test ends each run. */
function manual() {
  const runs: { end: () => void; fail: (error: Error) => void }[] = [];
  const work = (): Promise<void> => new Promise((end, fail) => runs.push({ end, fail }));
  return { runs, work };
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('group commit', () => {
  it('serves all who came during one run by one next run', async () => {
    const { runs, work } = manual();
    const sync = grouped(work);
    const order: string[] = [];
    const ask = (name: string): Promise<number> => sync().then(() => order.push(name));
    const all = [ask('a'), ask('b'), ask('c')];
    assert.equal(runs.length, 1);
    runs[0]!.end();
    await turn();
    assert.deepEqual([order, runs.length], [['a'], 2]);
    runs[1]!.end();
    await Promise.all(all);
    assert.deepEqual(order, ['a', 'b', 'c']);
    void sync();
    assert.equal(runs.length, 3);
    runs[2]!.end();
  });

  it('tells a failure to those of its run only', async () => {
    const { runs, work } = manual();
    const sync = grouped(work);
    const first = sync();
    const second = sync();
    runs[0]!.fail(new Error('disk'));
    await assert.rejects(first, { message: 'disk' });
    await turn();
    runs[1]!.end();
    await second;
  });
});
