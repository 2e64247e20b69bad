import type { ConsoleTokens } from '../compute/ports/conductor.js';
import { create } from '../objects/index.js';
import type { ConductorCalls } from './calls.js';

/** nova/objects/console_auth_token.py, release 26: only a token's hash is kept. */
export function createConsoleTokens(calls: ConductorCalls): ConsoleTokens {
  return {
    async authorize({ type, host, port, instanceUuid, accessUrlBase }, ttlMs) {
      const token = create('ConsoleAuthToken', {
        console_type: type,
        host,
        port,
        internal_access_path: null,
        instance_uuid: instanceUuid,
        access_url_base: accessUrlBase,
      });
      // Asked again for want of an answer it makes another token; the first one, known to nobody, ends by itself.
      await calls.objectAction(token, 'authorize', { args: [Math.floor(ttlMs / 1000)] });
      const secret = token.get('token');
      return { token: secret, accessUrl: `${accessUrlBase}?token=${secret}` };
    },
    async cleanForInstance(uuid) {
      await calls.classAction('ConsoleAuthToken', 'clean_console_auths_for_instance', [uuid]);
    },
    async cleanExpired() {
      await calls.classAction('ConsoleAuthToken', 'clean_expired_console_auths', []);
    },
  };
}
