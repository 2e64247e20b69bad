import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shown } from '../../../tools/judge/configuration.js';
import { forget, tell, told } from '../../../tools/judge/record.js';
import { countsOf, reportOf } from '../../../tools/judge/report.js';
import { moduleOf, readResults, verdicts } from '../../../tools/judge/results.js';
import { sayResults } from '../../../tools/judge/said.js';
import { shardsOf } from '../../../tools/judge/shards.js';
import { parseSkipList, readSkipList } from '../../../tools/judge/skip-list.js';

const OUTPUT = `
{0} tempest.api.compute.a.test_x.One.test_a [1.250000s] ... ok
{1} tempest.api.compute.a.test_x.One.test_b[id-1,smoke] [0.5s] ... FAILED

Captured traceback:
{0} tempest.api.compute.a.test_x.One.test_c ... SKIPPED: Volume service: not there
{0} setUpClass (tempest.api.compute.a.test_y.Two) ... SKIPPED: no vnc
{1} tearDownClass (tempest.api.compute.a.test_x.One) [0.000000s] ... FAILED
`;
const [A, B, C, D] = [
  'tempest.api.compute.a.test_x.One.test_a',
  'tempest.api.compute.a.test_x.One.test_b',
  'tempest.api.compute.a.test_x.One.test_c',
  'tempest.api.compute.a.test_y.Two.test_d',
] as const;

describe('tools: tempest', () => {
  it('says what failed when it does, and how many came', () => {
    const lines: string[] = [];
    const heard = sayResults((line) => lines.push(line));
    const passed = Array.from({ length: 19 }, () => ({ test: A, outcome: 'passed', seconds: 1 }) as const);
    heard(passed.slice(0, 5));
    heard([{ test: B, outcome: 'failed', seconds: 1 }]);
    heard(passed);
    assert.deepEqual(lines, [`  failed: ${B}`, '  20 results, 1 failed']);
  });

  it('prints results, some without a time', () => {
    const results = readResults(OUTPUT);
    assert.deepEqual(
      results.map(({ test, outcome, seconds, reason }) => [test, outcome, seconds, reason]),
      [
        [A, 'passed', 1.25, undefined],
        [B, 'failed', 0.5, undefined],
        [C, 'skipped', 0, 'Volume service: not there'],
        ['setUpClass (tempest.api.compute.a.test_y.Two)', 'skipped', 0, 'no vnc'],
        ['tearDownClass (tempest.api.compute.a.test_x.One)', 'failed', 0, undefined],
      ],
    );
  });

  it('tells of classes what holds for their tests', () => {
    const known = verdicts([A, B, C, D], readResults(OUTPUT));
    assert.equal(known.get(D)?.reason, 'no vnc');
    assert.equal(known.size, 5);
    assert.equal(countsOf([...known.values()]), '5 tests: 1 passed, 2 failed, 2 skipped');
  });

  it('tells a test that was not run from one that failed', () => {
    const results = [...readResults(OUTPUT).slice(0, 1), { test: D, outcome: 'not run', seconds: 0 } as const];
    assert.equal(countsOf(results), '2 tests: 1 passed, 0 failed, 0 skipped, 1 not run');
    const report = reportOf(results, { command: '', conf: '', facts: [], seconds: 0, skipList: new Map() });
    assert.match(report, /## Failed\n\nNone\./);
    assert.match(report, new RegExp(`## Not run yet\n\n- \`${D}\`\n`));
    assert.match(report, /\| tempest\.api\.compute\.a \| 2 \| 1 \| 1 \| 0 \| 0 \|/);
  });

  it('is believed in what it said last', () => {
    const again = readResults(`{0} setUpClass (tempest.api.compute.a.test_x.One) [3.0s] ... FAILED\n`);
    const known = verdicts([A, B], [...readResults(OUTPUT), ...again]);
    assert.deepEqual(
      [...known].map(([test, { outcome }]) => [test, outcome]),
      [
        [A, 'failed'],
        [B, 'failed'],
      ],
    );
    const mended = verdicts([A, B], [...readResults(OUTPUT), ...again, { test: B, outcome: 'passed', seconds: 1 }]);
    assert.equal(mended.get(B)?.outcome, 'passed');
    assert.equal(mended.get(A)?.outcome, 'failed');
  });

  it('is run in shards of whole modules', () => {
    const shards = shardsOf([D, B, `${A}[id-1]`, C], 3);
    assert.deepEqual(
      shards.map(({ tests }) => tests),
      [[`${A}[id-1]`, B, C], [D]],
    );
    assert.equal(shardsOf([A, B, C, D], 4).length, 1);
    assert.deepEqual(shardsOf([]), []);
  });

  it('has modules', () => {
    assert.equal(moduleOf(A), 'tempest.api.compute.a');
    assert.equal(moduleOf('tearDownClass (tempest.scenario.test_z.Three)'), 'tempest.scenario.test_z');
  });
});

describe('tools: the record of a run of tempest', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ncd-judge-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps what was told before it was cut off', () => {
    assert.deepEqual(told(folder), { results: [], seconds: 0 });
    tell(folder, [{ test: A, outcome: 'passed', seconds: 1 }]);
    tell(folder, [{ ran: 2 }, { test: B, outcome: 'failed', seconds: 1 }, { ran: 3 }]);
    appendFileSync(join(folder, 'results.jsonl'), '\n{"test":"tem');
    tell(folder, [{ test: C, outcome: 'passed', seconds: 1 }]);
    assert.deepEqual(
      told(folder).results.map(({ test }) => test),
      [A, B, C],
    );
    assert.equal(told(folder).seconds, 5);
    forget(folder);
    assert.deepEqual(told(folder).results, []);
  });
});

describe('tools: the skip list', () => {
  it('has a reason for each test', () => {
    assert.deepEqual([...parseSkipList(`# why\n\n${A}  # no screen\n`)], [[A, 'no screen']]);
    assert.throws(() => parseSkipList(A), /is no line of a skip list/);
    assert.throws(() => parseSkipList(`${A} # x\n${A} # y`), /is in the skip list twice/);
  });

  it('is short', () => {
    assert.ok(readSkipList().size <= 20);
  });
});

describe("tools: tempest's report", () => {
  it('says everything but secrets', () => {
    const report = reportOf([...verdicts([A, B, C, D], readResults(OUTPUT)).values()], {
      command: 'tools/tempest',
      conf: shown('[auth]\nadmin_password = very-secret\nadmin_username = admin\nchange_password = true\n'),
      facts: ['one machine'],
      seconds: 61,
      skipList: parseSkipList(`${C} # by us`),
    });
    assert.match(report, /5 tests: 1 passed, 2 failed, 2 skipped\*\*, in 1 minutes/);
    assert.match(report, /\| \*\*all\*\* \| 5 \| 3 \| 1 \| 2 \| 2 \| 2 \|/);
    assert.match(report, /\| 1 \| no vnc \| test_y.Two \|/);
    assert.match(report, /admin_username = admin\nchange_password = true/);
    assert.doesNotMatch(report, /very-secret/);
  });
});
