import assert from 'node:assert/strict';
import { substitute } from '../../../src/config/substitution.js';
import { load } from './sources.js';

describe('config/substitution', () => {
  const cases: [text: string, expected: string][] = [
    ['plain', 'plain'],
    ['$a', '<a>'],
    ['${a}b', '<a>b'],
    ['$a-b', '<a>-b'],
    ['$g.a/x', '<g.a>/x'],
    ['${g.a}.x', '<g.a>.x'],
    ['$a.', '<a.>'],
    ['$$a', '$a'],
    ['\\$a', '$a'],
    ['$', '$'],
    ['a$ b', 'a$ b'],
    ['$1', '$1'],
    ['${}', '${}'],
    ['${a', '${a'],
    ['$A_1', '<A_1>'],
    ['$_x', '<_x>'],
    ['$$$a', '$<a>'],
  ];
  for (const [text, expected] of cases) {
    it(text, () =>
      assert.equal(
        substitute(text, (name) => `<${name}>`),
        expected,
      ),
    );
  }

  it('does not look into what it put in', () => {
    assert.equal(
      substitute('$a', () => '$b $& $1'),
      '$b $& $1',
    );
  });
});

describe('config: references between options', () => {
  it('takes the own section first, then [DEFAULT], or the section that is named', () => {
    const { config } = load([
      '[DEFAULT]\nmy_ip = 10.0.0.1\nreport_interval = 7\ndebug = yes\n' +
        '[placement]\nusername = u\nproject_name = $username-$report_interval-$debug\nendpoint_override = http://$my_ip:8778\n' +
        '[neutron]\nusername = $placement.username\nproject_name = ${placement.project_name}\n' +
        '[glance]\nregion_name = <$service_type$region_name_unset>\nregion_name_unset = \n',
    ]);
    assert.equal(config.placement.project_name, 'u-7-True');
    assert.equal(config.placement.endpoint_override, 'http://10.0.0.1:8778');
    assert.equal(config.neutron.username, 'u');
    assert.equal(config.neutron.project_name, 'u-7-True');
    assert.equal(config.glance.region_name, '<image>');
  });

  it('goes through old names and names that only stand in the file', () => {
    const { config } = load([
      '[DEFAULT]\npybasedir = /base\nstate_path = $pybasedir/state\nlogdir = /l\nlog_file = $logdir/x\n[compute]\nprovider_config_location = $state_path/lock',
    ]);
    assert.equal(config.DEFAULT.state_path, '/base/state');
    assert.equal(config.DEFAULT.log_file, '/l/x');
    assert.equal(config.compute.provider_config_location, '/base/state/lock');
  });

  it('replaces in the environment too', () => {
    const { config } = load(['[DEFAULT]\nstate_path = /s'], {
      environment: { OS_DEFAULT__LOG_DIR: '$state_path/log' },
    });
    assert.equal(config.DEFAULT.log_dir, '/s/log');
  });
});
