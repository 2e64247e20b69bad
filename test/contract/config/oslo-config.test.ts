import assert from 'node:assert/strict';
import fc from 'fast-check';
import { corpus } from './corpus.js';
import { generated } from './generated.js';
import { askOslo, missingOracle, type Answer, type ConfigCase } from './oracle.js';
import { ask } from './ours.js';

describe('the installed oslo.config and this one agree', function () {
  before(function () {
    const missing = missingOracle('oslo_config');
    if (missing === undefined) return;
    console.log(`      skipped: ${missing}`);
    this.skip();
  });

  it('on a corpus of nasty files', () => compare(corpus));
  it('on generated files', () => compare(fc.sample(generated(), 500)));
});

function compare(cases: readonly ConfigCase[]): void {
  askOslo(cases).forEach((theirs, index) => {
    const one = cases[index];
    assert.ok(one);
    assert.deepEqual(
      comparable(ask(one), theirs),
      comparable(theirs, theirs),
      JSON.stringify({ files: one.files, environment: one.environment }),
    );
  });
}

/**
 * Where oslo.config could not give a value, this one must have none either. (It may call that no problem of the option
 * itself, if the cause is another one's.)
 */
function comparable(answer: Answer, theirs: Answer): unknown {
  if ('fails' in answer || 'fails' in theirs) return answer;
  const failed = theirs.errors.map((name) => [name, answer.values[name] ?? 'failed']);
  return { ...answer.values, ...Object.fromEntries(failed) };
}
