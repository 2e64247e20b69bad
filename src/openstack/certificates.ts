import { existsSync, readFileSync } from 'node:fs';
import tls from 'node:tls';
import { messageOf, ServiceError } from '../errors/kinds.js';
import type { TlsSettings } from './settings.js';

/**
 * Where distributions keep the authorities that the machine trusts. Node brings its own list instead, but an operator who
 * has made the machine trust the cloud's authority expects that to be enough, as it is for Python's requests.
 */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

/** Whom to trust and who we are. Throws Invalid when a file can't be read or is none of PEM. */
export function secureContext(settings: TlsSettings): tls.SecureContext {
  const { cafile, certfile } = settings;
  const bundle = cafile ?? SYSTEM_BUNDLES.find(existsSync);
  const options: tls.SecureContextOptions = {
    ...(bundle === undefined ? {} : { ca: pem(bundle, 'cafile') }),
    // A certfile may hold its key too (as Python's requests allows).
    ...(certfile === undefined
      ? {}
      : { cert: pem(certfile, 'certfile'), key: pem(settings.keyfile ?? certfile, 'keyfile') }),
  };
  try {
    return tls.createSecureContext(options);
  } catch (error) {
    const files = [cafile, certfile, settings.keyfile].filter((file) => file !== undefined).join(', ');
    throw new ServiceError('Invalid', `Certificates can't be used (${files}): ${messageOf(error)}`, { cause: error });
  }
}

function pem(path: string, option: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ServiceError('Invalid', `${option} = ${path} can't be read: ${messageOf(error)}`, { cause: error });
  }
}
