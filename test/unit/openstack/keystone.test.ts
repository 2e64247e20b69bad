import assert from 'node:assert/strict';
import { passwordRequest, tokensUrl } from '../../../src/openstack/keystone.js';
import type { AuthSettings } from '../../../src/openstack/settings.js';
import { failure, startBench } from './session-double.js';
import { messageOf } from '../../../src/errors/kinds.js';
import { Credentials } from '../../../src/openstack/keystone.js';
import { createTransport } from '../../../src/openstack/transport.js';
import { unobserved } from '../../../src/observe/calls.js';

const USER: AuthSettings = { section: 'neutron', authUrl: 'http://k', username: 'nova', password: 'p' };

describe('openstack keystone', () => {
  for (const authUrl of [
    'http://k:5000',
    'http://k:5000/',
    'http://k:5000/v3',
    'http://k:5000/v3/',
    'http://k:5000/v2.0',
  ]) {
    it(`finds tokens at ${authUrl}`, () => assert.equal(tokensUrl(authUrl), 'http://k:5000/v3/auth/tokens'));
  }

  const users: readonly [string, Partial<AuthSettings>, object][] = [
    ['a name in the default domain', {}, { name: 'nova', domain: { id: 'default' } }],
    ['a name in a domain by name', { userDomainName: 'D' }, { name: 'nova', domain: { name: 'D' } }],
    ['a name in a domain by id', { userDomainId: 'd', userDomainName: 'D' }, { name: 'nova', domain: { id: 'd' } }],
    ['an id', { userId: 'u' }, { id: 'u' }],
  ];
  for (const [title, settings, user] of users) {
    it(`is told the user by ${title}`, () => {
      const request = passwordRequest({ ...USER, projectId: 'p', ...settings }) as { auth: { identity: unknown } };
      assert.deepEqual(request.auth.identity, {
        methods: ['password'],
        password: { user: { ...user, password: 'p' } },
      });
    });
  }

  const scopes: readonly [Partial<AuthSettings>, object][] = [
    [{ projectName: 'service' }, { project: { name: 'service', domain: { id: 'default' } } }],
    [{ projectName: 'service', projectDomainName: 'D' }, { project: { name: 'service', domain: { name: 'D' } } }],
    [{ projectId: 'p', projectName: 'service' }, { project: { id: 'p' } }],
    [{ domainName: 'D' }, { domain: { name: 'D' } }],
    [{ domainId: 'd' }, { domain: { id: 'd' } }],
    [{ trustId: 't' }, { 'OS-TRUST:trust': { id: 't' } }],
    [{ systemScope: 'all' }, { system: { all: true } }],
  ];
  for (const [settings, scope] of scopes) {
    it(`is asked for the scope ${JSON.stringify(scope)}`, () => {
      assert.deepEqual((passwordRequest({ ...USER, ...settings }) as { auth: { scope: unknown } }).auth.scope, scope);
    });
  }

  it('needs a scope', () =>
    assert.throws(() => passwordRequest(USER), /\[neutron\] says no project to act in: set project_name/));

  for (const authUrl of ['', 'keystone:5000', 'http://']) {
    it(`can't be at "${authUrl}"`, async () => {
      const transport = createTransport({ insecure: false });
      const credentials = new Credentials({
        settings: { ...USER, authUrl, projectName: 'service' },
        ...{ transport, observer: unobserved, timeoutMs: 1000, retries: 0, now: () => new Date() },
        pause: () => Promise.resolve(),
      });
      assert.match(
        messageOf(await failure(credentials.get())),
        /^auth_url in \[neutron\] is no address: ".*" \(it should look like/,
      );
      transport.close();
    });
  }

  it('may list an endpoint that is no address', async () => {
    const expires_at = '2027-01-01T00:00:00Z';
    const catalog = [{ type: 'placement', endpoints: [{ interface: 'internal', region: 'R', url: 'placement:8778' }] }];
    const bench = await startBench({
      answer: () => ({ status: 200 }),
      keystone: () => ({ status: 201, headers: { 'X-Subject-Token': 't' }, body: { token: { expires_at, catalog } } }),
    });
    const error = await failure(bench.session.request({ name: 'x', method: 'GET', path: '/' }));
    assert.match(messageOf(error), /^The endpoint for \[placement\] is no address: "placement:8778"/);
    await bench.close();
  });
});
