import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { sampleConfig } from '../../../src/config/sample.js';
import { load, problemsOf } from './sources.js';

describe('config/sample', () => {
  const sample = sampleConfig();

  it('is what stands in etc/ (npx nova-compute-docker config sample > etc/nova-compute-docker.conf.sample)', () => {
    assert.equal(
      readFileSync(new URL('../../../etc/nova-compute-docker.conf.sample', import.meta.url), 'utf8'),
      sample,
    );
  });

  it('changes nothing as it is, and nothing but a name with all its defaults written out', () => {
    const usual = load(['']).config;
    assert.deepEqual(load([sample]).config, usual);
    const written = sample.replaceAll(/^#(\w+ =.*)$/gm, '$1').replaceAll(/^\w+ = <.*>\n/gm, '');
    const { config } = load([written.replaceAll(/^driver =\n/gm, '')]);
    assert.deepEqual(config, usual);
  });

  it('documents every option, in lines that fit a terminal', () => {
    assert.deepEqual(
      sample.split('\n').filter((line) => line.length > 79 && /^# (?!Deprecated)/.test(line)),
      [],
    );
    assert.equal(sample.match(/^#\w+ =/gm)?.length, Object.values(load(['']).config).flatMap(Object.keys).length);
  });

  it('is read as written: a wrong value in it is found at its line', () => {
    const line = sample.split('\n').indexOf('#debug = false') + 1;
    assert.match(
      problemsOf([sample.replace('#debug = false', 'debug = maybe')]).join(),
      new RegExp(`^a.conf:${line}:`),
    );
  });
});
