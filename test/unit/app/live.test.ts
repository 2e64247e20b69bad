import assert from 'node:assert/strict';
import { following, LiveConfig } from '../../../src/app/live.js';
import type { Config } from '../../../src/config/tables.js';

const config = (seconds: number): Config => ({ DEFAULT: { shutdown_timeout: seconds } }) as unknown as Config;
const make = ({ DEFAULT }: Config) => ({ timeoutMs: DEFAULT.shutdown_timeout * 1000, fixed: 1 });

describe('app/live', () => {
  it('settings that follow read as those of the configuration in force', () => {
    const live = new LiveConfig(config(1));
    const settings = following(live, make);
    assert.equal(settings.timeoutMs, 1000);
    live.replace(config(2));
    assert.equal(settings.timeoutMs, 2000);
    assert.deepEqual({ ...settings }, { timeoutMs: 2000, fixed: 1 });
    assert.ok('timeoutMs' in settings);
  });

  it('refuses to be written', () => {
    const settings = following(new LiveConfig(config(1)), make);
    assert.throws(() => (settings.timeoutMs = 5), TypeError);
  });

  it('tells listeners after the change', () => {
    const live = new LiveConfig(config(1));
    const seen: number[] = [];
    live.onChange((next) => seen.push(next.DEFAULT.shutdown_timeout, live.current.DEFAULT.shutdown_timeout));
    live.replace(config(3));
    assert.deepEqual(seen, [3, 3]);
  });
});
