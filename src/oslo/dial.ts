import { readFile } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { connect, credentials, type ChannelModel, type Options, type SocketOptions } from 'amqplib';
import { ServiceError } from '../errors/kinds.js';
import type { RabbitOptions } from './options.js';
import { addressOf, type BrokerHost } from './transport-url.js';

const CONNECT_TIMEOUT_MS = 10_000;

const TLS_VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLSV1: 'TLSv1',
  TLSV1_1: 'TLSv1.1',
  TLSV1_2: 'TLSv1.2',
  TLSV1_3: 'TLSv1.3',
};

/** Contents of the files that the ssl_* options name. */
export interface TlsFiles {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

async function readOption(option: string, path: string): Promise<Buffer | undefined> {
  if (path === '') return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ServiceError('Invalid', `[oslo_messaging_rabbit]${option}: cannot read ${path}`, { cause });
  }
}

/** Read at each connect, so that a renewed certificate needs no restart. */
async function readTlsFiles(options: RabbitOptions): Promise<TlsFiles> {
  if (!options.ssl) return {};
  const ca = await readOption('ssl_ca_file', options.sslCaFile);
  const cert = await readOption('ssl_cert_file', options.sslCertFile);
  const key = await readOption('ssl_key_file', options.sslKeyFile);
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
}

/**
 * TLS as upstream has it: with `ssl_ca_file` the chain is verified, the host name only with
 * `ssl_enforce_hostname_verification`; without it nothing is.
 */
export function tlsOptions(options: RabbitOptions, files: TlsFiles): ConnectionOptions {
  const version = TLS_VERSIONS[options.sslVersion.toUpperCase()];
  return {
    ...files,
    rejectUnauthorized: files.ca !== undefined,
    ...(!options.sslEnforceHostnameVerification && { checkServerIdentity: () => undefined }),
    ...(version && { minVersion: version, maxVersion: version }),
  };
}

function credentialsFor(
  host: BrokerHost,
  method: RabbitOptions['rabbitLoginMethod'],
): NonNullable<SocketOptions['credentials']> {
  switch (method) {
    case 'PLAIN':
      return credentials.plain(host.username, host.password);
    case 'AMQPLAIN':
      return credentials.amqplain(host.username, host.password);
    case 'EXTERNAL':
      return credentials.external();
  }
}

export interface DialRequest {
  readonly host: BrokerHost;
  readonly virtualHost: string;
  readonly options: RabbitOptions;
  /** Shown by the broker's management, `<program>:<pid>:<uuid>` as upstream. */
  readonly connectionName: string;
}

/** amqplib gives up after two silent intervals: half the threshold each. 0 stays 0: no heartbeats. */
export function heartbeatS(thresholdS: number): number {
  return Math.ceil(thresholdS / 2);
}

function addressFor({ host, virtualHost, options }: DialRequest): Options.Connect {
  return {
    protocol: options.ssl ? 'amqps' : 'amqp',
    hostname: host.hostname,
    port: host.port,
    username: host.username,
    password: host.password,
    vhost: encodeURIComponent(virtualHost),
    heartbeat: heartbeatS(options.heartbeatTimeoutThresholdS),
  };
}

/**
 * Makes everything that is written before the event loop goes on leave in one system call: amqplib writes each frame by
 * itself, so that an answer to sixty messages would take sixty calls.
 *
 * INVARIANT: what is written leaves before the loop waits for anything; nothing is held for a timer.
 */
export function gatherWrites(stream: Pick<Writable, 'write' | 'cork' | 'uncork'>): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let isGathering = false;
  const release = (): void => {
    isGathering = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]): boolean => {
    if (!isGathering) {
      isGathering = true;
      stream.cork();
      process.nextTick(release);
    }
    return write(...args);
  };
}

/**
 * One AMQP connection to one host.
 * @throws ServiceError Unavailable that names host, port and reason; Invalid for an ssl file that cannot be read.
 */
export async function dial(request: DialRequest): Promise<ChannelModel> {
  const { host, options, connectionName } = request;
  const tls = options.ssl ? tlsOptions(options, await readTlsFiles(options)) : {};
  try {
    const model = await connect(addressFor(request), {
      ...tls,
      timeout: CONNECT_TIMEOUT_MS,
      noDelay: true,
      keepAlive: true,
      keepAliveDelay: 30_000,
      credentials: credentialsFor(host, options.rabbitLoginMethod),
      clientProperties: { connection_name: connectionName },
    });
    gatherWrites((model.connection as unknown as { readonly stream: Writable }).stream);
    return model;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause);
    throw new ServiceError('Unavailable', `cannot connect to RabbitMQ at ${addressOf(host)}: ${String(reason)}`, {
      cause,
    });
  }
}
