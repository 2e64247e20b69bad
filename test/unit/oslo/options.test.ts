import assert from 'node:assert/strict';
import {
  checkOptions,
  DEFAULT_RABBIT_OPTIONS,
  problemsOf,
  withUrlQuery,
  type RabbitOptions,
} from '../../../src/oslo/options.js';

const options = (changes: Partial<RabbitOptions>): RabbitOptions => ({ ...DEFAULT_RABBIT_OPTIONS, ...changes });

describe('[oslo_messaging_rabbit]', () => {
  it('has defaults that go together', () => {
    assert.deepEqual(problemsOf(DEFAULT_RABBIT_OPTIONS), []);
  });

  const contradictions: readonly [changes: Partial<RabbitOptions>, says: RegExp][] = [
    [{ rabbitQuorumQueue: true, rabbitHaQueues: true }, /rabbit_ha_queues/],
    [{ rabbitTransientQuorumQueue: true, rabbitHaQueues: true }, /rabbit_ha_queues/],
    [{ rabbitStreamFanout: true, rabbitQosPrefetchCount: 10 }, /rabbit_transient_quorum_queue = true/],
    [{ rabbitStreamFanout: true, rabbitTransientQuorumQueue: true }, /rabbit_qos_prefetch_count/],
    [{ ssl: true, sslVersion: 'SSLv2' }, /ssl_version 'SSLv2'/],
    [{ ssl: true, sslKeyFile: '/key' }, /ssl_key_file and ssl_cert_file/],
    [{ kombuCompression: 'bz2' }, /kombu_compression 'bz2'/],
  ];
  for (const [changes, says] of contradictions) {
    it(`names what is wrong with ${JSON.stringify(changes)}`, () => {
      assert.throws(() => checkOptions(options(changes)), { kind: 'Invalid', message: says });
    });
  }

  it('takes options of a transport URL, by their names in the file', () => {
    const query = {
      ssl: '1',
      rabbit_qos_prefetch_count: '7',
      ssl_ca_file: '/ca',
      rabbit_retry_interval: '3',
      kombu_reconnect_delay: '0.5',
      virtual: 'x',
    };
    const expected = {
      ssl: true,
      rabbitQosPrefetchCount: 7,
      sslCaFile: '/ca',
      rabbitRetryIntervalS: 3,
      kombuReconnectDelayS: 0.5,
    };
    assert.deepEqual(withUrlQuery(DEFAULT_RABBIT_OPTIONS, query), options(expected));
  });

  it('refuses an option of the wrong type, by name', () => {
    assert.throws(() => withUrlQuery(DEFAULT_RABBIT_OPTIONS, { ssl: 'perhaps' }), {
      kind: 'Invalid',
      message: /ssl wants true or false/,
    });
    assert.throws(() => withUrlQuery(DEFAULT_RABBIT_OPTIONS, { rabbit_retry_interval: 'soon' }), {
      message: /rabbit_retry_interval wants a number/,
    });
  });
});
