import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { iniText, mergeIni } from '../../../tools/plane/ini.js';
import { describeFailure, Progress, type Screen } from '../../../tools/plane/progress.js';
import { Trouble } from '../../../tools/plane/trouble.js';
import {
  accounts,
  countAgain,
  closingLine,
  countMocha,
  countTempest,
  hasEnded,
  mochaArguments,
  readRequest,
} from '../../../tools/testing/stages.js';

describe('tools: configuration files', () => {
  it('are written in the grammar of oslo.config', () => {
    const text = iniText({ DEFAULT: { a: 1, b: true, c: '' }, other: { many: ['x', 'y'] } });
    assert.equal(text, '[DEFAULT]\na = 1\nb = true\nc = \n\n[other]\nmany = x\nmany = y\n');
  });

  it('merge option by option', () => {
    const merged = mergeIni({ a: { x: 1, y: 2 } }, { a: { y: 3 }, b: { z: 4 } });
    assert.deepEqual(merged, { a: { x: 1, y: 3 }, b: { z: 4 } });
  });

  it('refuse a value that would be read as more than one line', () => {
    assert.throws(() => iniText({ a: { b: 'x\n[c]' } }), /the value of b must be one line/);
  });
});

describe('tools: progress', () => {
  function screen(isTty: boolean): Screen & { text: string; time: number } {
    return {
      text: '',
      time: 0,
      isTty,
      write(text) {
        this.text += text;
      },
      now() {
        return this.time;
      },
    };
  }

  it('writes one line for each step, without colour where nobody rewrites lines', async () => {
    const paper = screen(false);
    const progress = new Progress(paper);
    await progress.step(
      'one',
      () => {
        paper.time = 1500;
        return Promise.resolve('done');
      },
      (note) => note,
    );
    await assert.rejects(progress.step('two', () => Promise.reject(new Error('no\nmore'))));
    progress.close();
    assert.deepEqual(paper.text.split('\n'), [
      '    1.5s  one               ok         1.5s  done',
      '    1.5s  two               failed     0.0s  no',
      '',
    ]);
  });

  it('shows a failure with the end of its log and what to try', () => {
    const folder = mkdtempSync(join(tmpdir(), 'failure-'));
    const logFile = join(folder, 'x.log');
    writeFileSync(logFile, Array.from({ length: 50 }, (_, index) => `line ${index}`).join('\n'));
    const lines = describeFailure(new Trouble('x ended', { logFile, hint: 'again' })).split('\n');
    rmSync(folder, { recursive: true });
    assert.equal(lines[0], 'failed: x ended');
    assert.equal(lines[2], 'line 20');
    assert.equal(lines.at(-3), 'line 49');
    assert.equal(lines.at(-1), 'try: again');
  });
});

describe('tools/test', () => {
  it('reads the parts to run and leaves the rest to mocha', () => {
    const all = ['lint', 'types', 'rules', 'unit', 'contract', 'e2e', 'tempest'];
    assert.deepEqual(readRequest([]), { stages: all, mocha: [] });
    assert.deepEqual(readRequest(['unit', 'lint']), { stages: ['lint', 'unit'], mocha: [] });
    assert.deepEqual(readRequest(['tempest']), { stages: ['tempest'], mocha: [] });
    assert.deepEqual(readRequest(['e2e', '--grep', 'unit']), { stages: ['e2e'], mocha: ['--grep', 'unit'] });
    assert.throws(() => readRequest(['units']), /"units" is no part/);
    assert.throws(() => readRequest(['--grep', 'x']), /need a part that mocha runs/);
  });

  it('counts what tempest found, and a tempest that did not end as a failure', () => {
    const line = '5 tests: 3 passed, 1 failed, 1 skipped\n';
    const found = { passed: 3, failed: 1, skipped: 1, account: ['failed: tempest.x'] };
    assert.deepEqual(countTempest(`failed: tempest.x\n${line}`, 1), found);
    assert.deepEqual(countTempest(line.replace('1 failed', '0 failed'), 1), { ...found, account: [] });
    assert.deepEqual(countTempest('no engine\n', 0), { passed: 0, failed: 1, skipped: 0, account: [] });
  });

  it('gives mocha the files of the part unless some are named', () => {
    assert.deepEqual(mochaArguments('unit', ['--bail']), ['--timeout', '60000', '--bail', 'test/unit/**/*.test.ts']);
    assert.deepEqual(mochaArguments('unit', ['a.test.ts']), ['--timeout', '60000', 'a.test.ts']);
  });

  it('counts by the closing lines of mocha', () => {
    const output =
      '  3 passing numbers\n\n\u001b[92m \u001b[0m\u001b[32m 12 passing\u001b[0m (2s)\n  1 pending\n  2 failing\n';
    assert.deepEqual(countMocha(output, 2), { passed: 12, failed: 2, skipped: 1, account: ['  2 failing'] });
    assert.deepEqual(countMocha('  4 passing (1ms)\n', 0), { passed: 4, failed: 0, skipped: 0, account: [] });
  });

  it('keeps what mocha says of failed tests for the end, not what passed', () => {
    const failure = ['  1 failing', '', '  1) a server', '       boots:', '     Error: no'];
    const output = ['    ✔ 1 failing test is told', '  3 passing (1s)', ...failure, '', ''].join('\n');
    assert.deepEqual(countMocha(output, 1).account, failure);
    const long = countMocha(`  1 failing\n${'at somewhere\n'.repeat(500)}`, 1).account ?? [];
    assert.deepEqual([long[0], long.length], ['  1 failing', 80]);
  });

  it('knows when mocha is done, not when a test is called so', () => {
    assert.equal(hasEnded('    ✔ 3 passing (by)\n'), false);
    assert.equal(hasEnded('\n\n  12 passing (2s)\n'), true);
  });

  it('counts a run that broke off as a failure', () => {
    const account = ['Error: cannot load'];
    assert.deepEqual(countMocha('Error: cannot load', 1), { passed: 0, failed: 1, skipped: 0, account });
  });

  it('says at its end which part failed, and why', () => {
    const count = { passed: 1, failed: 0, skipped: 0 };
    const lines = accounts(['types', 'unit'], [count, { ...count, failed: 1, account: ['no'] }]);
    assert.deepEqual(lines, ['', '== failed: unit', 'no']);
  });

  it('counts what passed when it was run once more, and says so', () => {
    const first = { passed: 7, failed: 2, skipped: 1, account: ['a', 'b'] };
    const healed = countAgain(first, { passed: 5, failed: 0, skipped: 0, account: [] });
    assert.deepEqual(healed, { passed: 9, failed: 0, skipped: 1, account: ['a', 'b'] });
    assert.match(accounts(['e2e'], [healed]).join(), /unsteady.*: e2e,a,b/);
    const worse = countAgain(first, { passed: 0, failed: 3, skipped: 0, account: ['c'] });
    assert.deepEqual(worse, { passed: 7, failed: 3, skipped: 1, account: ['a', 'b', 'c'] });
  });

  it('ends with the line that machines read', () => {
    assert.equal(closingLine({ passed: 3, failed: 0, skipped: 0 }), '3 passed, 0 failed');
    assert.equal(closingLine({ passed: 3, failed: 1, skipped: 2 }), '3 passed, 1 failed, 2 skipped');
  });
});
