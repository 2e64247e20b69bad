import assert from 'node:assert/strict';
import { inequivalentArgument, refusal, type Declared } from '../../../src/oslo/refusals.js';

const queue = (kind: 'topic' | 'fanout' | 'reply', durable = false): Declared => ({
  what: 'queue',
  kind,
  queue: { name: 'q', durable, autoDelete: false, arguments: {} },
});
const exchange = (type: 'topic' | 'fanout'): Declared => ({
  what: 'exchange',
  exchange: { name: 'x', type, durable: false, autoDelete: false },
});
const differs = (argument: string) => ({
  code: 406,
  message: `Channel closed by server: 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - inequivalent arg '${argument}' for queue 'q' in vhost '/': received 'false' but current is 'true'"`,
});
// As RabbitMQ 4 words it (rabbit_deprecated_features).
const denied = {
  code: 541,
  message:
    'Connection closed: 541 (INTERNAL-ERROR) with message "INTERNAL_ERROR - Feature `transient_nonexcl_queues` is deprecated.\nBy default, this feature is not permitted anymore."',
};

describe('a declaration that the broker refuses', () => {
  const cases: readonly [name: string, error: { code: number; message: string }, declared: Declared, says: RegExp][] = [
    [
      'durable of a topic queue',
      differs('durable'),
      queue('topic'),
      /queue 'q'.*'durable': set amqp_durable_queues or rabbit_quorum_queue/,
    ],
    [
      'durable of the exchange',
      differs('durable'),
      exchange('topic'),
      /exchange 'x'.*set amqp_durable_queues or rabbit_quorum_queue/,
    ],
    ['durable of a reply queue', differs('durable'), queue('reply'), /set rabbit_transient_quorum_queue/],
    ['durable of a fanout exchange', differs('durable'), exchange('fanout'), /set rabbit_transient_quorum_queue/],
    ['auto_delete', differs('auto_delete'), queue('topic'), /set amqp_auto_delete/],
    ['queue type', differs('x-queue-type'), queue('topic'), /set rabbit_quorum_queue /],
    [
      'queue type of a fanout queue',
      differs('x-queue-type'),
      queue('fanout'),
      /rabbit_transient_quorum_queue or rabbit_stream_fanout/,
    ],
    ['mirroring', differs('x-ha-policy'), queue('topic'), /set rabbit_ha_queues/],
    ['life time', differs('x-expires'), queue('fanout'), /set rabbit_transient_queues_ttl/],
    ['delivery limit', differs('x-delivery-limit'), queue('topic'), /set rabbit_quorum_delivery_limit/],
    [
      'transient queues not permitted',
      denied,
      queue('reply'),
      /rabbit_transient_quorum_queue = true and rabbit_quorum_queue = true/,
    ],
    ['transient queues not permitted, topic', denied, queue('topic'), /transient_nonexcl_queues in rabbitmq.conf/],
    ['another internal error', { code: 541, message: 'INTERNAL_ERROR' }, queue('reply'), /see the log of the broker/],
    ['no permission', { code: 403, message: 'ACCESS_REFUSED' }, queue('topic'), /grant this user/],
  ];
  for (const [name, error, declared, says] of cases) {
    it(`names the option for: ${name}`, () => {
      const refused = refusal(error, declared);
      assert.match(refused.message, says);
      assert.equal(refused.kind, error.code === 403 ? 'Forbidden' : 'Conflict');
      assert.equal(refused.facts['code'], error.code);
    });
  }

  it('tells which argument differs, from a 406 only', () => {
    assert.equal(inequivalentArgument(differs('durable')), 'durable');
    assert.equal(inequivalentArgument({ ...differs('durable'), code: 404 }), undefined);
    assert.equal(
      inequivalentArgument({ code: 406, message: 'PRECONDITION_FAILED - unknown delivery tag 1' }),
      undefined,
    );
  });
});
