import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPlane } from '../../../tools/plane/open.js';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;

describe('nova-compute-docker check, against a real control plane', () => {
  const plane = openPlane();

  /** Exit code and output, with these lines of nova.conf before the plane's. */
  function check(more: string): { code: number | null; said: string } {
    const extra = join(plane.folder, 'log', 'check.conf');
    writeFileSync(extra, more);
    const file = join(plane.folder, 'etc', plane.host, 'nova.conf');
    const words = ['--import', 'tsx', MAIN, 'check', '--config-file', file, '--config-file', extra];
    const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    return { code: status, said: stdout + stderr };
  }

  it('finds all that the service needs, beside the running service', () => {
    const { code, said } = check('');
    assert.equal(code, 0, said);
    const names =
      'user state_path programs engine runtime holder broker conductor keystone placement glance neutron ebtables clock';
    for (const name of names.split(' ')) assert.match(said, new RegExp(`^${name} +ok `, 'm'), said);
    assert.match(said, new RegExp(`host ${plane.host} is known to Nova, enabled`));
    assert.match(said, new RegExp(`has resource provider ${plane.host}`));
    assert.match(said, /clock +ok +agrees/);
    assert.doesNotMatch(said, new RegExp(passwordOf(plane.transportUrl)));
  });

  it('says what is wrong and how to mend it, and tries on; no password is told', () => {
    const { code, said } = check(
      [
        '[DEFAULT]\ntransport_url = rabbit://nova:wrong-secret@127.0.0.1:1/',
        'host = nobody',
        '[docker]\nhost_url = unix:///nowhere.sock',
        '[placement]\npassword = wrong-secret\n',
      ].join('\n'),
    );
    assert.equal(code, 1, said);
    assert.match(said, /^engine +FAIL .*\n +Start the Docker Engine/m);
    assert.match(said, /^runtime +skip cannot be tried without engine/m);
    assert.match(said, /^broker +FAIL .*127\.0\.0\.1:1.*\n +Start RabbitMQ, or correct \[DEFAULT\] transport_url/m);
    assert.match(said, /^conductor +skip/m);
    assert.match(said, /^keystone +FAIL .*\[placement\]/m);
    assert.match(said, /^neutron +skip/m);
    assert.doesNotMatch(said, /wrong-secret/);
  });

  it('says who does not answer behind a broker that does', () => {
    const { code, said } = check('[DEFAULT]\ncontrol_exchange = elsewhere\nhost = nobody\n');
    assert.equal(code, 1, said);
    assert.match(said, /^broker +ok/m);
    assert.match(said, /^conductor +FAIL .*\n +Start nova-conductor/m);
    assert.match(said, /nobody is no resource provider yet/);
    assert.match(said, /^neutron +ok +answers\n +No living agent/m);
  });
});

function passwordOf(url: string): string {
  return /:\/\/[^:]+:([^@]+)@/.exec(url)?.[1] ?? assert.fail('no password');
}
