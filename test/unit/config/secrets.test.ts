import assert from 'node:assert/strict';
import { describeConfig, secretTexts } from '../../../src/config/secrets.js';
import { load } from './sources.js';

const { config } = load([
  '[DEFAULT]\ntransport_url = rabbit://nova:a%40b:1@h1:5672,nova:two@h2/v\nhost = h\n' +
    '[placement]\npassword = three\n[neutron]\npassword = https://$$x\n[oslo_messaging_notifications]\ntransport_url = rabbit://h/',
]);

describe('config/secrets', () => {
  it('finds passwords in options and in URLs, decoded too', () => {
    assert.deepEqual(new Set(secretTexts(config)), new Set(['a%40b:1', 'a@b:1', 'two', 'three', 'https://$x']));
  });

  it('describes the configuration without them', () => {
    const text = describeConfig(config).join('\n');
    assert.match(text, /^\[DEFAULT\]host = h$/m);
    assert.match(text, /^\[placement\]password = \*\*\*$/m);
    assert.doesNotMatch(text, /a%40b|two@|three|\$x/);
  });
});
