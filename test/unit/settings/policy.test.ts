import { deepEqual, equal, throws } from 'node:assert/strict';
import { ServiceError } from '../../../src/errors/kinds.js';
import { SETTING_NAMES, settingOf } from '../../../src/settings/catalogue.js';
import { parsePolicy, ruleOf } from '../../../src/settings/policy.js';
import { shippedPolicy } from './shipped.js';

describe('settings/policy', () => {
  it('ships with a rule for every setting', () => {
    const policy = shippedPolicy();
    deepEqual(
      SETTING_NAMES.filter((name) => !policy.has(name)),
      [],
    );
  });

  it('lets the flavor alone set what tenants must not, as shipped', () => {
    const policy = shippedPolicy();
    for (const name of SETTING_NAMES) {
      if (settingOf(name).reach === 'operator') deepEqual(policy.get(name)?.setBy, ['flavor'], name);
    }
  });

  it('reads who may set what, and bounds by unit', () => {
    const policy = parsePolicy(
      '# who\n[tmpfs]\nset_by = flavor, metadata\nmax = 2g\nforbidden = /etc*,\n  /srv\n[ulimit:core]\nset_by = image\n',
      'p',
    );
    deepEqual(policy.get('tmpfs'), {
      setBy: ['flavor', 'metadata'],
      bounds: { max: 2 ** 31, forbidden: ['/etc*', '/srv'] },
    });
    equal(ruleOf(policy, 'ulimit', 'nofile'), undefined);
    deepEqual(ruleOf(policy, 'ulimit', 'core')?.setBy, ['image']);
    deepEqual(parsePolicy('[user]\nset_by =\n', 'p').get('user')?.setBy, []);
  });

  const mistakes: [what: string, text: string, told: RegExp][] = [
    ['an unknown setting', '\n[comand]\nset_by = image', /p:2: there is no setting comand; did you mean command\?/],
    ['members of what has none', '[user:x]\nset_by = image', /p:1: user has no members: \[user\]/],
    ['a section without set_by', '[user]', /p:1: \[user\] has no set_by/],
    ['a section twice', '[user]\nset_by = image\n[user]\nset_by = flavor', /p:3: \[user\] stands twice/],
    ['a line twice', '[user]\nset_by = image\nset_by = flavor', /p:3: set_by stands twice in \[user\]/],
    ['a wrong source', '[user]\nset_by = images', /p:2: set_by of \[user\]: expected some of flavor, image, metadata/],
    ['an unknown bound', '[user]\nset_by = image\nmax = 3', /p:3: max of \[user\]: expected one of set_by/],
    [
      'a bound that is none',
      '[tmpfs]\nset_by = image\nmax = lots',
      /p:3: max of \[tmpfs\]: expected a number of bytes/,
    ],
    ['privileges for tenants', '[privileged]\nset_by = metadata', /p:2: .*only a flavor can set this/],
    ['devices for tenants', '[device]\nset_by = flavor image', /p:2: .*only a flavor can set this/],
    ['no section at all', 'set_by = image', /p:1: "set_by" stands before any \[section\]/],
    ['no INI', '{"user": 1}', /p:1: /],
    ['all of them at once', '[a]\nset_by = x\n[user]\n[tmpfs]\nmin = y', /4 problems|5 problems/],
  ];
  for (const [what, text, told] of mistakes) {
    it(`tells of ${what}, with its line`, () => {
      throws(
        () => parsePolicy(text, 'p'),
        (error) => error instanceof ServiceError && error.kind === 'Invalid' && told.test(error.message),
      );
    });
  }
});
