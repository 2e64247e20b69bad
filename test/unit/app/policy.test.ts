import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LivePolicy } from '../../../src/app/policy.js';
import type { Config } from '../../../src/config/tables.js';
import { memoryLog } from '../../double/logger.js';

describe('app/policy', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'policy-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function written(text: string, name = 'policy.conf'): Config {
    const file = join(folder, name);
    writeFileSync(file, text);
    return { docker: { settings_policy_file: file } } as unknown as Config;
  }

  it('is read again, from another file too', () => {
    const policy = new LivePolicy(written('[command]\nset_by = flavor\n'), memoryLog());
    assert.deepEqual([...policy.current.keys()], ['command']);
    policy.reload(written('[entrypoint]\nset_by = flavor, image\n'));
    assert.deepEqual([...policy.current.keys()], ['entrypoint']);
    policy.reload(written('[shm_size]\nset_by = flavor\n', 'other.conf'));
    assert.deepEqual([...policy.current.keys()], ['shm_size']);
  });

  it('stays as it is where the file has a mistake, which is told with its line', () => {
    const policy = new LivePolicy(written('[command]\nset_by = flavor\n'), memoryLog());
    const bad = written('[command]\nset_by = flavor\n\n[entrypoint]\nset_by = nobody\n');
    assert.throws(() => policy.reload(bad), /policy\.conf:5: .*nobody/);
    rmSync(join(folder, 'policy.conf'));
    assert.throws(() => policy.reload(bad), /settings_policy_file can't be read/);
    assert.deepEqual([...policy.current.keys()], ['command']);
  });
});
