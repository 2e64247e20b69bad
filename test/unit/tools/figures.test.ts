import assert from 'node:assert/strict';
import { isReached, quantile, ratioOf, type Figure } from '../../../tools/measure/figures.js';
import { jsonOf, tableOf } from '../../../tools/measure/report.js';

const figure: Figure = {
  scenario: 'boot',
  what: 'no network',
  unit: 'ms',
  ours: [500, 400, 600],
  other: { who: 'nova-compute', values: [1000, 800, 1200] },
  target: { of: 'ratio', at: 'most', limit: 0.6 },
};

describe('tools: figures', () => {
  it('have quantiles between their values', () => {
    assert.equal(quantile([3, 1, 2], 0.5), 2);
    assert.equal(quantile([1, 2], 0.25), 1.25);
    assert.equal(quantile([7], 0.99), 7);
    assert.throws(() => quantile([], 0.5), RangeError);
  });

  it('are compared by their medians', () => {
    assert.equal(ratioOf(figure), 0.5);
    const { other: _, ...alone } = figure;
    assert.equal(ratioOf(alone), undefined);
    assert.equal(ratioOf({ ...figure, other: { who: 'x', values: [0] } }), undefined);
  });

  it('reach their targets, or not', () => {
    const reached = (change: Partial<Figure>): boolean | undefined => isReached({ ...figure, ...change });
    assert.equal(reached({}), true);
    assert.equal(reached({ target: { of: 'ratio', at: 'most', limit: 0.4 } }), false);
    assert.equal(reached({ target: { of: 'ratio', at: 'least', limit: 0.4 } }), true);
    assert.equal(reached({ target: { of: 'value', at: 'most', limit: 499 } }), false);
    assert.equal(reached({ ours: [] }), undefined);
  });

  it('are a table for people and a file for machines', () => {
    const [head, line] = tableOf([figure]).split('\n');
    assert.match(head ?? '', /^scenario +figure +ours +other +ratio +target$/);
    assert.match(line ?? '', /500 \[450\.\.550\] ms +1000 \[900\.\.1100\] nova-compute +0\.500 +<= 0\.6 yes$/);
    const file = JSON.parse(jsonOf([figure], { processors: 2 })) as { processors: number; figures: object[] };
    assert.equal(file.processors, 2);
    assert.deepEqual(file.figures, [{ ...figure, ratio: 0.5, reached: true }]);
  });
});
