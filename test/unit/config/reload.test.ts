import assert from 'node:assert/strict';
import { reloadConfig } from '../../../src/config/reload.js';
import { load } from './sources.js';

describe('config/reload', () => {
  it('takes what may change, keeps the rest, and tells both', () => {
    const running = load([
      '[DEFAULT]\nhost = a\nshutdown_timeout = 5\n[neutron]\nhttp_retries = 1\nvalid_interfaces = a,b',
    ]).config;
    const fresh = load([
      '[DEFAULT]\nhost = b\nshutdown_timeout = 6\n[neutron]\nhttp_retries = 1\nvalid_interfaces = a, b',
    ]).config;
    const { config, changed, ignored } = reloadConfig(running, fresh);
    assert.deepEqual([config.DEFAULT.host, config.DEFAULT.shutdown_timeout], ['a', 6]);
    assert.deepEqual([changed, ignored], [['[DEFAULT]shutdown_timeout'], ['[DEFAULT]host']]);
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.DEFAULT));
  });

  it('leaves alone what the caller cannot change', () => {
    const running = load(['[DEFAULT]\nshutdown_timeout = 5\ndebug = no']).config;
    const fresh = load(['[DEFAULT]\nshutdown_timeout = 6\ndebug = yes']).config;
    const { config, changed, ignored } = reloadConfig(running, fresh, new Set(['[DEFAULT]debug', '[DEFAULT]host']));
    assert.deepEqual([config.DEFAULT.shutdown_timeout, config.DEFAULT.debug], [5, true]);
    assert.deepEqual([changed, ignored], [['[DEFAULT]debug'], ['[DEFAULT]shutdown_timeout']]);
  });

  it('changes nothing when nothing changed', () => {
    const running = load(['[DEFAULT]\nhost = a']).config;
    assert.deepEqual(reloadConfig(running, running), { config: running, changed: [], ignored: [] });
  });
});
