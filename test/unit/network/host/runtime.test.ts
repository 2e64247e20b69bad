import { equal } from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isOurRuntime, RUNTIME_PROGRAM } from '../../../../src/network/host/runtime.js';

describe('the runtime that the engine calls', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nct-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is ours as long as its file is the same, however often it is asked', async () => {
    const installed = join(folder, 'runtime');
    const ours = await readFile(RUNTIME_PROGRAM, 'utf8');
    const isOurs: boolean[] = [];
    const ask = async (): Promise<void> =>
      void isOurs.push(await isOurRuntime(installed), await isOurRuntime(installed));
    await ask();
    await cp(RUNTIME_PROGRAM, installed);
    await ask();
    // Of the same size.
    await writeFile(installed, ours.replace('set -uf', 'set -fu'));
    await ask();
    await cp(RUNTIME_PROGRAM, installed);
    await ask();
    await rm(installed);
    await ask();
    equal(isOurs.join(' '), 'false false true true false false true true false false');
  });
});
