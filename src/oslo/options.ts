import { ServiceError } from '../errors/kinds.js';

/**
 * `[oslo_messaging_rabbit]` (oslo_messaging/_drivers/impl_rabbit.py and amqp.py, release 14, and what 16 added).
 * All services of one broker must agree on everything that shapes a queue or an exchange.
 */
export interface RabbitOptions {
  readonly amqpDurableQueues: boolean;
  readonly amqpAutoDelete: boolean;
  readonly rabbitHaQueues: boolean;
  readonly rabbitQuorumQueue: boolean;
  readonly rabbitQuorumDeliveryLimit: number;
  readonly rabbitQuorumMaxMemoryLength: number;
  readonly rabbitQuorumMaxMemoryBytes: number;
  /** Life time of an unused reply or fanout queue; 0: for ever. */
  readonly rabbitTransientQueuesTtlS: number;
  readonly rabbitTransientQuorumQueue: boolean;
  readonly rabbitStreamFanout: boolean;
  /** Stable names for reply and fanout queues instead of random ones. */
  readonly useQueueManager: boolean;
  readonly enableCancelOnFailover: boolean;
  /** 0: unlimited. */
  readonly rabbitQosPrefetchCount: number;
  readonly rabbitLoginMethod: 'PLAIN' | 'AMQPLAIN' | 'EXTERNAL';
  /** Silence after which a connection is given up; 0: no heartbeats. */
  readonly heartbeatTimeoutThresholdS: number;
  readonly kombuCompression: string;
  /** How long a reply to a vanished reply queue is tried again. */
  readonly kombuMissingConsumerRetryTimeoutS: number;
  readonly directMandatoryFlag: boolean;
  /** Pause after a loss or a consumer cancel before everything is declared again. */
  readonly kombuReconnectDelayS: number;
  readonly kombuFailoverStrategy: 'round-robin' | 'shuffle';
  readonly rabbitRetryIntervalS: number;
  readonly rabbitRetryBackoffS: number;
  readonly rabbitIntervalMaxS: number;
  readonly ssl: boolean;
  /** `''` (what both sides know best), `TLSv1`, `TLSv1_1`, `TLSv1_2`, `TLSv1_3` or `SSLv23` (any). */
  readonly sslVersion: string;
  readonly sslKeyFile: string;
  readonly sslCertFile: string;
  /** Without it the broker's certificate is not verified, as upstream. */
  readonly sslCaFile: string;
  /** With `sslCaFile`: also compare the broker's host name with its certificate. */
  readonly sslEnforceHostnameVerification: boolean;
}

export const DEFAULT_RABBIT_OPTIONS: RabbitOptions = {
  amqpDurableQueues: false,
  amqpAutoDelete: false,
  rabbitHaQueues: false,
  rabbitQuorumQueue: false,
  rabbitQuorumDeliveryLimit: 0,
  rabbitQuorumMaxMemoryLength: 0,
  rabbitQuorumMaxMemoryBytes: 0,
  rabbitTransientQueuesTtlS: 1800,
  rabbitTransientQuorumQueue: false,
  rabbitStreamFanout: false,
  useQueueManager: false,
  enableCancelOnFailover: false,
  rabbitQosPrefetchCount: 0,
  rabbitLoginMethod: 'AMQPLAIN',
  heartbeatTimeoutThresholdS: 60,
  kombuCompression: '',
  kombuMissingConsumerRetryTimeoutS: 60,
  directMandatoryFlag: true,
  kombuReconnectDelayS: 1,
  kombuFailoverStrategy: 'round-robin',
  rabbitRetryIntervalS: 1,
  rabbitRetryBackoffS: 2,
  rabbitIntervalMaxS: 30,
  ssl: false,
  sslVersion: '',
  sslKeyFile: '',
  sslCertFile: '',
  sslCaFile: '',
  sslEnforceHostnameVerification: false,
};

const TLS_VERSIONS = ['', 'SSLV23', 'TLSV1', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'];
const COMPRESSIONS = ['', 'gzip', 'zlib', 'brotli'];

/** What is wrong with a combination of options, one sentence each; empty when nothing is. */
export function problemsOf(options: RabbitOptions): string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [
      (options.rabbitQuorumQueue || options.rabbitTransientQuorumQueue) && options.rabbitHaQueues,
      'rabbit_ha_queues excludes rabbit_quorum_queue and rabbit_transient_quorum_queue: a queue is either mirrored or a quorum queue',
    ],
    [
      options.rabbitStreamFanout && !options.rabbitTransientQuorumQueue,
      'rabbit_stream_fanout needs rabbit_transient_quorum_queue = true',
    ],
    [
      options.rabbitStreamFanout && options.rabbitQosPrefetchCount <= 0,
      'rabbit_stream_fanout needs rabbit_qos_prefetch_count greater than 0',
    ],
    [
      !TLS_VERSIONS.includes(options.sslVersion.toUpperCase()),
      `ssl_version '${options.sslVersion}' is not served: use TLSv1_2, TLSv1_3 or leave it empty`,
    ],
    [
      !COMPRESSIONS.includes(options.kombuCompression),
      `kombu_compression '${options.kombuCompression}' cannot be written by this service: use gzip or leave it empty`,
    ],
    [
      options.ssl && (options.sslKeyFile === '') !== (options.sslCertFile === ''),
      'ssl_key_file and ssl_cert_file go together: set both or none',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => problem);
}

/** @throws ServiceError Invalid that lists everything wrong with the options. */
export function checkOptions(options: RabbitOptions): void {
  const problems = problemsOf(options);
  if (problems.length > 0) throw new ServiceError('Invalid', `[oslo_messaging_rabbit]: ${problems.join('; ')}`);
}

function keyOf(optionName: string): string {
  const camel = optionName.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return camel in DEFAULT_RABBIT_OPTIONS ? camel : `${camel}S`;
}

function convert(name: string, text: string, like: unknown): unknown {
  if (typeof like === 'boolean') {
    if (/^(1|true|yes|on)$/i.test(text)) return true;
    if (/^(0|false|no|off)$/i.test(text)) return false;
    throw new ServiceError('Invalid', `transport_url: option ${name} wants true or false`);
  }
  if (typeof like !== 'number') return text;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new ServiceError('Invalid', `transport_url: option ${name} wants a number`);
  return Number(text);
}

/**
 * Options with those of a transport URL's query on top (`?ssl=1&rabbit_qos_prefetch_count=10`; upstream:
 * common.ConfigOptsProxy). Names that are no option are ignored, as upstream.
 * @throws ServiceError Invalid for a value of the wrong type.
 */
export function withUrlQuery(options: RabbitOptions, query: Readonly<Record<string, string>>): RabbitOptions {
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_RABBIT_OPTIONS };
  const known = Object.entries(query).filter(([name]) => Object.hasOwn(defaults, keyOf(name)));
  const overrides = known.map(([name, text]) => [keyOf(name), convert(name, text, defaults[keyOf(name)])]);
  return { ...options, ...(Object.fromEntries(overrides) as Partial<RabbitOptions>) };
}
