import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { kindOf, messageOf } from '../../../src/errors/kinds.js';
import type { CallObserver } from '../../../src/observe/calls.js';
import { codeOf } from '../../../src/openstack/failures.js';
import { Session } from '../../../src/openstack/session.js';
import { startService, tokenAnswer, type Asked, type Scripted } from '../../double/service.js';
import { CALL, failure, OK, startBench, userContext, type Bench, type BenchOptions } from './session-double.js';

const reset: Scripted = (request) => request.socket.destroy();
const silent: Scripted = () => {};
/** Answers in order; the last one for ever. */
function inOrder(...answers: readonly Scripted[]): (asked: Asked) => Scripted {
  let n = 0;
  return () => answers[Math.min(n++, answers.length - 1)] ?? OK;
}

describe('openstack session', () => {
  let bench: Bench;
  const start = async (options: BenchOptions) => (bench = await startBench(options));
  afterEach(() => bench.close());

  describe('repetitions', () => {
    const cases: readonly [string, Scripted, 'GET' | 'PUT' | 'POST' | 'PATCH', boolean, number][] = [
      ['a GET after 503', { status: 503 }, 'GET', false, 2],
      ['a PUT after 502', { status: 502 }, 'PUT', false, 2],
      ['a GET after a broken connection', reset, 'GET', false, 2],
      ['no POST after 503', { status: 503 }, 'POST', false, 1],
      ['no POST after a broken connection: it may have been heard', reset, 'POST', false, 1],
      ['a POST that may be said twice', reset, 'POST', true, 2],
      ['no PATCH', { status: 504 }, 'PATCH', false, 1],
      ['no GET after 500: a fault does not pass by asking again', { status: 500 }, 'GET', false, 1],
      ['no GET after 404', { status: 404 }, 'GET', false, 1],
      ['no GET after 429', { status: 429 }, 'GET', false, 1],
    ];
    for (const [title, first, method, repeatable, asked] of cases) {
      it(title, async () => {
        await start({ answer: inOrder(first, OK) });
        const work = bench.session.request({ ...CALL, method, repeatable, body: { a: 1 } });
        if (asked === 2) assert.equal((await work).status, 200);
        else await failure(work);
        assert.equal(bench.service.asked.length, asked);
      });
    }

    it('ends with the last error after as many as are allowed, with growing pauses', async () => {
      await start({ answer: () => ({ status: 503, body: '' }), limits: { retries: 3 } });
      const error = await failure(bench.session.request(CALL));
      assert.equal(messageOf(error), 'placement refused thing.get: no reason given (HTTP 503)');
      assert.equal(bench.service.asked.length, 4);
      assert.deepEqual(bench.pauses, [250, 500, 1000]);
    });

    it('says even a POST again when nobody listened, at the next of several endpoints', async () => {
      const gone = await startService(() => OK);
      await gone.close();
      await start({ answer: () => OK });
      const session = new Session({
        system: 'glance',
        endpoint: {
          ...{ section: 'glance', serviceTypes: ['image'], interfaces: ['public'] },
          overrides: [gone.url, `${bench.service.url}/v2.1/`],
        },
        version: 'v2',
        limits: { timeoutMs: 5000, stallTimeoutMs: 5000, retries: 1 },
        transport: bench.transport,
        credentials: bench.credentials,
        observer: () => () => {},
        pause: () => Promise.resolve(),
      });
      await session.request({ ...CALL, method: 'POST', body: {} });
      assert.equal(bench.service.asked[0]?.path, '/v2/thing');
    });
  });

  describe('ends', () => {
    it('comes later for a call that takes long', async () => {
      await start({ answer: () => silent, limits: { timeoutMs: 20 } });
      const error = await failure(bench.session.request({ ...CALL, patienceMs: 60 }));
      assert.equal(messageOf(error), 'placement thing.get: no answer within 0.06 s');
    });

    it('is a Timeout when no answer comes', async () => {
      await start({ answer: () => silent, limits: { timeoutMs: 500 } });
      const error = await failure(bench.session.request(CALL));
      assert.equal(kindOf(error), 'Timeout');
      assert.equal(messageOf(error), 'placement thing.get: no answer within 0.5 s');
      assert.equal(bench.service.asked.length, 1);
    });

    it('is the reason of the signal', async () => {
      await start({ answer: () => silent });
      const controller = new AbortController();
      const work = bench.session.request({ ...CALL, signal: controller.signal });
      const reason = new Error('enough');
      controller.abort(reason);
      assert.equal(await failure(work), reason);
      assert.equal(await failure(bench.session.request({ ...CALL, signal: controller.signal })), reason);
    });

    it('one who gives up waiting for a token does not take it from the others', async () => {
      let answerNow = (): void => {};
      const held: Scripted = (_request, response) => {
        answerNow = () => {
          response.writeHead(201, { 'X-Subject-Token': 'held' });
          response.end(JSON.stringify({ token: { expires_at: '2027-01-01T00:00:00Z', catalog: [] } }));
        };
      };
      const arrived = new Promise<void>((resolve) => {
        void start({
          answer: () => OK,
          keystone: () => {
            setImmediate(resolve);
            return held;
          },
        }).then(() => begin());
      });
      const controller = new AbortController();
      let impatient: Promise<unknown> = Promise.resolve();
      let patient: Promise<{ token: string }> = Promise.reject(new Error('not begun'));
      patient.catch(() => {});
      const begin = () => {
        impatient = failure(bench.credentials.get(controller.signal));
        patient = bench.credentials.get();
      };
      await arrived;
      controller.abort(new Error('enough'));
      assert.match(messageOf(await impatient), /enough/);
      answerNow();
      assert.equal((await patient).token, 'held');
      assert.equal(bench.keystone.asked.length, 1);
    });

    it('says what the catalogue lacks', async () => {
      await start({
        answer: () => OK,
        keystone: () => tokenAnswer('t', new Date('2027-01-01'), { image: 'http://glance' }),
      });
      const error = await failure(bench.session.request(CALL));
      assert.equal(
        messageOf(error),
        'No endpoint for [placement] (type placement, interface internal or public) in the service catalogue, which has: ' +
          'image/internal. Register one in Keystone, correct region_name and valid_interfaces, or set endpoint_override.',
      );
    });

    for (const answer of [reset, { status: 500, body: 'user-token token-1' }]) {
      it('keeps tokens out of errors, their causes and facts', async () => {
        await start({ answer: () => answer, limits: { retries: 0 } });
        const error = await failure(bench.userSession.request({ ...CALL, as: userContext() }));
        assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /token-1|user-token/);
      });
    }
  });

  it('tells the observer of each call once, with its outcome', async () => {
    const seen: string[] = [];
    const observer: CallObserver = (call) => (outcome) => seen.push(`${call.system} ${call.name} ${outcome}`);
    await start({
      answer: inOrder({ status: 503 }, OK, { status: 409, body: { errors: [{ code: 'a.b', detail: 'x' }] } }),
      observer,
    });
    await bench.session.request(CALL);
    const error = await failure(bench.session.request({ ...CALL, name: 'thing.put', method: 'PUT' }));
    assert.equal(codeOf(error), 'a.b');
    assert.deepEqual(seen, ['keystone token.issue ok', 'placement thing.get ok', 'placement thing.put Conflict']);
  });

  it('accepts the statuses that a call calls fine', async () => {
    await start({ answer: () => ({ status: 404, body: '<html><body>gone</body></html>' }) });
    const answer = await bench.session.request({ ...CALL, accept: [404] });
    assert.deepEqual([answer.status, answer.body], [404, undefined]);
  });
});
