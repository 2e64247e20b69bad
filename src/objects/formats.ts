import { isIP, isIPv4, isIPv6 } from 'node:net';
import { readJson } from './exactjson.js';
import { isRecord } from './primitive.js';
import { parseIsoTime } from './time.js';

interface Format {
  readonly validate: (text: string) => boolean;
  /** Ends the sentence "must be …". */
  readonly words: string;
}

/** The formats that generated/schemas.json names. JSON schema's own date-time demands a zone, which Nova's readers do not. */
export const formats: Readonly<Record<string, Format>> = {
  'iso-time': { validate: (text) => parseIsoTime(text) !== undefined, words: 'an ISO 8601 time' },
  ip: { validate: (text) => isIP(text) !== 0, words: 'an IP address' },
  ipv4: { validate: isIPv4, words: 'an IPv4 address' },
  ipv6: { validate: isIPv6, words: 'an IPv6 address' },
  'json-list': { validate: (text) => Array.isArray(readJson(text)), words: 'a text holding a JSON list' },
  'json-object': { validate: (text) => isRecord(readJson(text)), words: 'a text holding a JSON object' },
};
