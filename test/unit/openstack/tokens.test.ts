import assert from 'node:assert/strict';
import { kindOf, messageOf } from '../../../src/errors/kinds.js';
import { withLogFields } from '../../../src/observe/context.js';
import { startService, tokenAnswer } from '../../double/service.js';
import { CALL, failure, OK, startBench, userContext, type Bench, type BenchOptions } from './session-double.js';

describe('openstack tokens', () => {
  let bench: Bench;
  const start = async (options: BenchOptions) => (bench = await startBench(options));
  afterEach(() => bench.close());

  describe('tokens', () => {
    it('sends our token to the endpoint of the catalogue, and asks Keystone once for many calls', async () => {
      await start({ answer: () => OK });
      const answers = await Promise.all([1, 2, 3].map(() => bench.session.request(CALL)));
      await bench.session.request(CALL);
      assert.deepEqual(answers[0]?.body, { fine: true });
      assert.equal(bench.keystone.asked.length, 1);
      assert.deepEqual(
        new Set(bench.service.asked.map((asked) => asked.headers['x-auth-token'])),
        new Set(['token-1']),
      );
      assert.deepEqual(JSON.parse(bench.keystone.asked[0]?.body ?? ''), {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'nova', domain: { id: 'default' }, password: 'secret' } },
          },
          scope: { project: { name: 'service', domain: { id: 'default' } } },
        },
      });
    });

    it('renews a token that has two minutes left', async () => {
      await start({ answer: () => OK, tokenLifeMs: 600_000 });
      await bench.session.request(CALL);
      bench.clock = new Date(bench.clock.getTime() + 479_000);
      await bench.session.request(CALL);
      assert.equal(bench.keystone.asked.length, 1);
      bench.clock = new Date(bench.clock.getTime() + 1000);
      await bench.session.request(CALL);
      assert.equal(bench.keystone.asked.length, 2);
    });

    it('renews once when the service does not accept it', async () => {
      await start({ answer: (asked) => (asked.headers['x-auth-token'] === 'token-1' ? { status: 401 } : OK) });
      await bench.session.request(CALL);
      assert.deepEqual(
        bench.service.asked.map((asked) => asked.headers['x-auth-token']),
        ['token-1', 'token-2'],
      );
    });

    it('gives up when the new one is not accepted either', async () => {
      await start({ answer: () => ({ status: 401, body: { error: { message: 'no token-2 here', code: 401 } } }) });
      const error = await failure(bench.session.request(CALL));
      assert.equal(kindOf(error), 'Forbidden');
      assert.equal(messageOf(error), 'placement refused thing.get: no *** here (HTTP 401)');
      assert.equal(bench.service.asked.length, 2);
    });

    it('tells which section to correct when Keystone refuses, without the password', async () => {
      await start({
        answer: () => OK,
        keystone: () => ({
          status: 401,
          body: { error: { code: 401, message: 'secret is wrong', title: 'Unauthorized' } },
        }),
      });
      const error = await failure(bench.session.request(CALL));
      assert.equal(kindOf(error), 'Forbidden');
      assert.match(
        messageOf(error),
        /does not accept user nova in project service: correct the credentials in \[placement\]/,
      );
      assert.doesNotMatch(messageOf(error), /secret/);
      assert.equal(bench.keystone.asked.length, 1);
    });

    it('does not remember that Keystone was away', async () => {
      await start({
        answer: () => OK,
        keystone: (_asked, n) =>
          n <= 3 ? { status: 503 } : tokenAnswer('late', new Date('2027-01-01'), { placement: bench.service.url }),
      });
      assert.equal(kindOf(await failure(bench.session.request(CALL))), 'Unavailable');
      assert.deepEqual(bench.pauses, [250, 500]);
      await bench.session.request(CALL);
      assert.equal(bench.service.asked[0]?.headers['x-auth-token'], 'late');
    });

    it('says so when something else than Keystone answers', async () => {
      await start({ answer: () => OK, keystone: () => ({ status: 201, body: '<html>hello</html>' }) });
      assert.match(
        messageOf(await failure(bench.session.request(CALL))),
        /is no Keystone: correct auth_url in \[placement\]/,
      );
    });
  });

  describe("users' tokens", () => {
    it("goes to the endpoint of the request's catalogue, with the service token beside it", async () => {
      const other = await startService(() => OK);
      try {
        await start({ answer: () => OK });
        const endpoints = [{ region: 'RegionOne', publicURL: `${other.url}/`, internalURL: null, adminURL: null }];
        const as = userContext({ serviceCatalog: [{ type: 'placement', name: 'placement', endpoints }] });
        await bench.userSession.request({ ...CALL, as });
        const [asked] = other.asked;
        assert.equal(asked?.path, '/thing');
        assert.equal(asked?.headers['x-auth-token'], 'user-token');
        assert.equal(asked?.headers['x-service-token'], 'token-1');
        assert.equal(asked?.headers['x-openstack-request-id'], 'req-00000000-0000-0000-0000-000000000001');
      } finally {
        await other.close();
      }
    });

    it('renews only the service token, and passes on a refusal of the user', async () => {
      await start({ answer: () => ({ status: 401 }) });
      const error = await failure(bench.userSession.request({ ...CALL, as: userContext() }));
      assert.equal(kindOf(error), 'Forbidden');
      assert.deepEqual(
        bench.service.asked.map((asked) => asked.headers['x-service-token']),
        ['token-1', 'token-2'],
      );
    });

    it('takes our own user for a context without a token', async () => {
      await start({ answer: () => OK });
      await bench.session.request({ ...CALL, as: userContext({ authToken: null }) });
      assert.equal(bench.service.asked[0]?.headers['x-auth-token'], 'token-1');
      const error = await failure(bench.userSession.request({ ...CALL, as: userContext({ authToken: null }) }));
      assert.match(
        messageOf(error),
        /no credentials of our own for it: give \[placement\] or \[service_user\] auth options/,
      );
    });

    it('sends the id of the work in progress when a call has no context', async () => {
      await start({ answer: () => OK });
      await withLogFields({ requestId: 'req-1', globalRequestId: 'req-2' }, () => bench.session.request(CALL));
      await withLogFields({ requestId: 'req-1' }, () => bench.session.request(CALL));
      assert.deepEqual(
        bench.service.asked.map((asked) => asked.headers['x-openstack-request-id']),
        ['req-2', 'req-1'],
      );
    });
  });
});
