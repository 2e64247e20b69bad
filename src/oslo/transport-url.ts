import { ServiceError } from '../errors/kinds.js';

/** One broker node of a transport URL. */
export interface BrokerHost {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

export interface TransportUrl {
  /** As written, not shuffled; never empty. */
  readonly hosts: readonly BrokerHost[];
  readonly virtualHost: string;
  /** Driver options that override those of the configuration file, e.g. `{ssl: '1'}`. */
  readonly query: Readonly<Record<string, string>>;
}

const DEFAULT_PORT = 5672;
const FORM = 'expected rabbit://user:password@host:port[,user2:password2@host2:port2]/vhost[?option=value]';

/** INVARIANT: no part of the URL that could be a password goes into the text. */
function invalid(what: string): ServiceError {
  return new ServiceError(
    'Invalid',
    `transport_url: ${what}; ${FORM}. Encode special characters in user and password as %nn.`,
  );
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid(`${what} holds a % that is not followed by two hexadecimal digits`);
  }
}

function splitAddress(address: string): { hostname: string; port: string } {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(address);
  if (bracketed) return { hostname: bracketed[1] ?? '', port: bracketed[2] ?? '' };
  if (address.startsWith('[')) throw invalid('an IPv6 address lacks its closing bracket');
  const [hostname = '', ...rest] = address.split(':');
  return { hostname, port: rest.join(':') };
}

function parsePort(text: string, place: number): number {
  if (text === '') return DEFAULT_PORT;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
    throw invalid(
      `what follows host ${place + 1} of the list is no port between 1 and 65535 (IPv6 addresses stand in brackets)`,
    );
  }
  return port;
}

function parseHost(text: string, place: number): BrokerHost {
  const at = text.lastIndexOf('@');
  const { hostname, port } = splitAddress(text.slice(at + 1));
  const credentials = at < 0 ? '' : text.slice(0, at);
  const colon = credentials.indexOf(':');
  const username = colon < 0 ? credentials : credentials.slice(0, colon);
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  return {
    hostname: hostname === '' ? 'localhost' : decode(hostname, 'a host name'),
    port: parsePort(port, place),
    username: decode(username, 'a user name') || 'guest',
    password: decode(password, 'a password') || 'guest',
  };
}

/**
 * Parses `[DEFAULT]transport_url` (oslo_messaging/transport.py, TransportURL.parse, release 14): several hosts,
 * percent-encoding, IPv6 in brackets. A missing host is localhost, missing credentials are guest, an empty path is
 * the virtual host `/`.
 * @throws ServiceError Invalid, whose text never contains a password.
 */
export function parseTransportUrl(url: string): TransportUrl {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(\/[^?]*)?(?:\?(.*))?$/i.exec(url.trim());
  if (!parts) throw invalid('this is no URL with a scheme and two slashes');
  const [, scheme = '', netloc = '', path = '', query = ''] = parts;
  if (!['rabbit', 'amqp', 'kombu+rabbit', 'kombu+amqp'].includes(scheme.toLowerCase())) {
    throw invalid(`the scheme '${scheme}' is not served, only rabbit:// is`);
  }
  const hosts = netloc.split(',').filter((host) => host !== '');
  return {
    hosts: (hosts.length === 0 ? [''] : hosts).map(parseHost),
    virtualHost: decode(path.slice(1), 'the virtual host') || '/',
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** `host:port`, brackets around IPv6: for logs. */
export function addressOf(host: Pick<BrokerHost, 'hostname' | 'port'>): string {
  return host.hostname.includes(':') ? `[${host.hostname}]:${host.port}` : `${host.hostname}:${host.port}`;
}
