import assert from 'node:assert/strict';
import { abilityArg, obstacles } from '../../../../../src/compute/verbs/live-migration/ability.js';
import type { CheckpointAbility } from '../../../../../src/compute/ports/checkpoints.js';

const HOST: CheckpointAbility = { engine: '26.1.5', criu: '4.1.1', kernel: '6.12.41+deb13', cpuFlags: ['avx', 'sse'] };

describe('compute/verbs/live-migration/ability', () => {
  const rows: [what: string, to: Partial<CheckpointAbility>, expected: RegExp | null][] = [
    ['a host of the same kind', {}, null],
    ['a later patch of the engine', { engine: '26.2.0' }, null],
    ['another engine', { engine: '20.10.24' }, /engine is 20\.10\.24 and that of the server's host 26\.1\.5/],
    ['a newer CRIU', { criu: '4.2.1' }, null],
    ['an older CRIU', { criu: '4.0' }, /CRIU 4\.0 is older than 4\.1\.1/],
    ['an older CRIU by its major number', { criu: '3.17.1' }, /CRIU 3\.17\.1 is older/],
    ['a newer kernel', { kernel: '6.18.0' }, null],
    ['an older kernel', { kernel: '6.1.0-38' }, /kernel 6\.1\.0-38 is older/],
    ['processors that can do more', { cpuFlags: ['avx', 'avx2', 'sse'] }, null],
    ['processors that can do less', { cpuFlags: ['sse'] }, /no avx/],
  ];
  for (const [what, change, expected] of rows) {
    it(`${expected === null ? 'lets a server go to' : 'keeps a server from'} ${what}`, () => {
      const found = obstacles(HOST, { ...HOST, ...change });
      if (expected === null) assert.deepEqual(found, []);
      else assert.match(found.join(), expected);
      assert.ok(found.length <= 1);
    });
  }

  it('names a few processor features and counts the rest', () => {
    const many = Array.from({ length: 8 }, (_one, nth) => `f${nth}`);
    assert.match(obstacles({ ...HOST, cpuFlags: many }, HOST).join(), /no f0, f1, f2, f3, f4 and 3 more/);
  });

  it('is read from a request, and missing where an older service asks', () => {
    assert.deepEqual(abilityArg({ ability: HOST }), HOST);
    for (const ability of [undefined, null, { ...HOST, cpuFlags: 'sse' }, { ...HOST, criu: null }]) {
      assert.throws(() => abilityArg({ ability }), /does not tell/);
    }
  });
});
