import { readFileSync } from 'node:fs';
import { messageOf, ServiceError } from '../errors/kinds.js';
import { parsePolicy, type Policy } from './policy.js';

/** The policy that comes with this service. */
export const SHIPPED_POLICY = new URL('../../etc/docker-settings.conf', import.meta.url).pathname;

/**
 * Who may set what of containers: the operator's file, or the one that comes with the service.
 *
 * @throws {ServiceError} Invalid with every mistake in it and its line, or that it can't be read
 */
export function loadPolicy(file: string = SHIPPED_POLICY): Policy {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ServiceError('Invalid', `[docker] settings_policy_file can't be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return parsePolicy(text, file);
}
