import assert from 'node:assert/strict';
import { join } from 'node:path';
import { tryEbtables } from '../../../src/cli/check/ebtables.js';
import { run } from './machine.js';

const PROGRAMS = new URL('../../../tools/plane/programs', import.meta.url).pathname;
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

const rules = (): Promise<string> => run(['ebtables-save']);

describe('the trial of ebtables', function () {
  /** Of this kernel and this ebtables, by other words than the trial's. */
  async function deletesByWords(): Promise<boolean> {
    const rule = '-i t0 --among-src 2:0:0:0:0:2 -j ACCEPT';
    const script = `ebtables -t nat -N mine && ebtables -t nat -A mine ${rule} && ebtables -t nat -D mine ${rule} 2>&1 || echo no`;
    return !(await run(['unshare', '--net', 'sh', '-c', script])).endsWith('no');
  }

  it('finds what is true of this host, and leaves nothing on it', async () => {
    const before = await rules();
    const truth = await deletesByWords();
    const trial = tryEbtables(PATH);
    if (truth) await trial;
    else await assert.rejects(trial, /can't delete a rule with --among-src \(.+\): the Linux bridge agent tries/);
    assert.equal(await rules(), before);
  });

  it('is content with the program that the planes put before it', async () => {
    assert.match((await tryEbtables(`${PROGRAMS}:${PATH}`)).found, /makes and deletes/);
  });

  it('says that there is no ebtables', async () => {
    await assert.rejects(tryEbtables(join(PROGRAMS, 'none')), /could not be tried|can't make a rule/);
  });
});
