import { option, type Section } from '../option.js';
import { boolean, float, integer, oneOf, string } from '../values/scalars.js';

const off = { default: false } as const;
const inDefault = [{ group: 'DEFAULT' }];

/** How queues are declared. All services of one broker must agree, else RabbitMQ refuses the declaration. */
const queues = {
  amqp_durable_queues: option(boolean(), { ...off, help: 'Queues of topics outlive a restart of the broker.' }),
  amqp_auto_delete: option(boolean(), {
    ...off,
    oldNames: inDefault,
    help: 'Queues of topics vanish with their last consumer.',
  }),
  rabbit_ha_queues: option(boolean(), { ...off, oldNames: inDefault, help: 'Mirrored queues (x-ha-policy: all).' }),
  rabbit_quorum_queue: option(boolean(), { ...off, help: 'Quorum queues for topics.' }),
  rabbit_quorum_delivery_limit: option(integer(), {
    default: 0,
    help: 'How often a quorum queue delivers one message before it drops it. 0: no limit.',
  }),
  rabbit_quorum_max_memory_length: option(integer(), {
    default: 0,
    oldNames: [{ name: 'rabbit_quroum_max_memory_length' }],
    help: 'Messages that a quorum queue keeps in memory. 0: no limit.',
  }),
  rabbit_quorum_max_memory_bytes: option(integer(), {
    default: 0,
    oldNames: [{ name: 'rabbit_quroum_max_memory_bytes' }],
    help: 'Bytes of messages that a quorum queue keeps in memory. 0: no limit.',
  }),
  rabbit_transient_quorum_queue: option(boolean(), { ...off, help: 'Quorum queues for replies and fanouts too.' }),
  rabbit_transient_queues_ttl: option(integer({ min: 0 }), {
    default: 1800,
    help: 'Seconds after which an unused reply or fanout queue vanishes. 0: never.',
  }),
  rabbit_stream_fanout: option(boolean(), {
    ...off,
    help:
      'One stream per fanout topic instead of a queue per service. Needs rabbit_transient_quorum_queue and a ' +
      'rabbit_qos_prefetch_count above 0.',
  }),
  use_queue_manager: option(boolean(), { ...off, help: 'Names of reply and fanout queues stay over a restart.' }),
};

const tlsVersion = string(/^$|^(?:SSLv23|TLSv1(?:_[123])?)$/i, 'TLSv1_2, TLSv1_3 or nothing');

const connection = {
  ssl: option(boolean(), { ...off, oldNames: [{ name: 'rabbit_use_ssl' }], help: 'Connect over TLS.' }),
  ssl_version: option(tlsVersion, {
    default: '',
    oldNames: [{ name: 'kombu_ssl_version' }],
    help: 'Oldest TLS version to accept: TLSv1_2 or TLSv1_3. Empty: what Node.js accepts.',
  }),
  ssl_key_file: option(string(), {
    default: '',
    oldNames: [{ name: 'kombu_ssl_keyfile' }],
    help: "File of this client's key, in PEM.",
  }),
  ssl_cert_file: option(string(), {
    default: '',
    oldNames: [{ name: 'kombu_ssl_certfile' }],
    help: "File of this client's certificate, in PEM.",
  }),
  ssl_ca_file: option(string(), {
    default: '',
    oldNames: [{ name: 'kombu_ssl_ca_certs' }],
    help: 'File of certificates of the authorities to trust, in PEM. Without it the broker is not verified.',
  }),
  ssl_enforce_hostname_verification: option(boolean(), {
    ...off,
    help: "Also compare the broker's host name with its certificate. Needs ssl_ca_file.",
  }),
  heartbeat_timeout_threshold: option(integer({ min: 0 }), {
    default: 60,
    help: 'Seconds without a heartbeat after which the connection is given up. 0: no heartbeats.',
  }),
  rabbit_login_method: option(oneOf('PLAIN', 'AMQPLAIN', 'EXTERNAL'), {
    default: 'AMQPLAIN',
    oldNames: inDefault,
    help: 'How to log in.',
  }),
  rabbit_retry_interval: option(integer({ min: 0 }), {
    default: 1,
    help: 'Seconds before the first new attempt to connect.',
  }),
  rabbit_retry_backoff: option(integer({ min: 0 }), {
    default: 2,
    oldNames: inDefault,
    help: 'Seconds that are added before each further attempt.',
  }),
  rabbit_interval_max: option(integer({ min: 1 }), { default: 30, help: 'Most seconds between two attempts.' }),
  kombu_reconnect_delay: option(float({ min: 0, max: 4.5 }), {
    default: 1.0,
    oldNames: inDefault,
    help: 'Seconds to wait before connecting again when the broker cancelled a consumer.',
  }),
  kombu_failover_strategy: option(oneOf('round-robin', 'shuffle'), {
    default: 'round-robin',
    help: 'Which broker of transport_url comes next when one fails.',
  }),
};

const messages = {
  kombu_compression: option(oneOf('gzip', 'zlib', 'brotli'), {
    help: 'Compress messages that are sent. Received messages may always be compressed.',
  }),
  kombu_missing_consumer_retry_timeout: option(integer({ min: 0 }), {
    default: 60,
    oldNames: [{ name: 'kombu_reconnect_timeout' }],
    help: 'Seconds for which a reply is tried again when the reply queue of its caller is gone.',
  }),
  rabbit_qos_prefetch_count: option(integer({ min: 0 }), {
    default: 0,
    help: 'Messages that the broker sends ahead. 0: no limit.',
  }),
  direct_mandatory_flag: option(boolean(), {
    default: true,
    help: 'Have the broker return a reply whose queue is gone.',
  }),
  enable_cancel_on_failover: option(boolean(), {
    ...off,
    help: 'Have the broker cancel consumers when a mirrored queue fails over.',
  }),
};

/** oslo_messaging/_drivers/impl_rabbit.py and amqp.py, release 14, and what later releases (to 17) added. */
export const messagingRabbit = {
  help: 'RabbitMQ. What concerns queues must be the same in all services.',
  options: { ...queues, ...connection, ...messages },
} satisfies Section;
