import type { StoredMessage } from '../../../../src/oslo/inbox/stored-message.js';
import { decodeRequest, type RequestMessage } from '../../../../src/oslo/message.js';
import { SECRET_TOKEN } from '../contexts.js';

/** A cast as it stands in the inbox, with secrets in it. */
export function storedCast(uniqueId: string, args: object = {}): { stored: StoredMessage; request: RequestMessage } {
  const message = {
    method: 'start',
    version: '6.0',
    args,
    _unique_id: uniqueId,
    _context_request_id: 'req-1',
    _context_auth_token: SECRET_TOKEN,
    _context_service_catalog: [{ type: 'image', name: 'glance', endpoints: [] }],
  };
  return {
    stored: { uniqueId, topic: 'compute', receivedAt: '2026-01-01T00:00:00.000Z', message },
    request: decodeRequest(message),
  };
}
