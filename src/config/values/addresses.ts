import { isIPv4, isIPv6 } from 'node:net';
import { BadValue, type ValueType } from './value-type.js';

const plain = { limits: [], format: (value: string) => value };

/** An IPv4 or IPv6 address. */
export function ipAddress(): ValueType<string> {
  return {
    ...plain,
    name: 'IP address value',
    parse(text) {
      if (!isIPv4(text) && !isIPv6Address(text)) throw new BadValue('expected an IPv4 or IPv6 address');
      return text;
    },
  };
}

/** An address, or a network as ADDRESS/BITS. */
export function ipNetwork(): ValueType<string> {
  return {
    ...plain,
    name: 'IP network value',
    parse(text) {
      const [address = '', bits, ...rest] = text.split('/');
      const most = isIPv4(address) ? 32 : isIPv6Address(address) ? 128 : -1;
      const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
      if (most < 0 || !isNetwork || rest.length > 0)
        throw new BadValue('expected an IP address or a network such as 192.0.2.0/24');
      return text;
    },
  };
}

/** An address or a host name in the strict sense of RFC 1123; with `underscores`, oslo's HostDomain. */
export function hostAddress(options: { underscores?: boolean } = {}): ValueType<string> {
  const label = options.underscores === true ? /^(?!-)[A-Z0-9_-]{1,63}(?<!-)$/i : /^(?!-)[A-Z0-9-]{1,63}(?<!-)$/i;
  return {
    ...plain,
    name: options.underscores === true ? 'host domain value' : 'host address value',
    parse(text) {
      if (isIPv4(text) || isIPv6Address(text)) return text;
      const name = text.endsWith('.') ? text.slice(0, -1) : text;
      if (text.length > 253 || !isHostname(name, label)) throw new BadValue('expected an IP address or a host name');
      return name;
    },
  };
}

/** A last label of digits only would be a mistyped address. */
function isHostname(name: string, label: RegExp): boolean {
  const labels = name.split('.');
  return /[a-z-]/i.test(labels.at(-1) ?? '') && labels.every((each) => label.test(each));
}

/** Python's inet_pton takes no zone (`%eth0`), Node's check does. */
function isIPv6Address(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

const unreserved = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}";
const host = `\\[[0-9A-Fa-f:.]+(?:%25(?:${unreserved})+)?\\]|(?:${unreserved})+`;
const reference = new RegExp(
  `^[A-Za-z][A-Za-z0-9+.-]*://(?:(?:${unreserved}|:)*@)?(?:${host})(?::\\d*)?(?:/(?:${unreserved}|[:@/])*)?(?:\\?[^#]*)?(?:#.*)?$`,
);

/** An absolute URI with a scheme and a host (RFC 3986); a `#` in it is part of it. */
export function uri(): ValueType<string> {
  return {
    ...plain,
    name: 'uri value',
    parse(text) {
      if (!reference.test(text)) throw new BadValue('expected a URI such as https://host:port/path');
      return text;
    },
  };
}
