import assert from 'node:assert/strict';
import { currentLogFields, type LogFields } from '../../../src/observe/context.js';
import { handle, logFailure } from '../../../src/oslo/handling.js';
import { decodeRequest } from '../../../src/oslo/message.js';
import { silent } from '../compute/parts.js';

const request = decodeRequest({
  method: 'ping',
  version: '1.0',
  _context_request_id: 'req-1',
  _context_global_request_id: 'req-0',
  _context_user_id: 'u',
  _context_project_id: 'p',
  _context_auth_token: 'secret',
});
const EXPECTED = { requestId: 'req-1', globalRequestId: 'req-0', userId: 'u', projectId: 'p', method: 'ping' };

describe('the handling of a request', () => {
  it('has its log lines carry who asked for what, and no token', async () => {
    let seen: LogFields = {};
    const handler = async (): Promise<void> => {
      await Promise.resolve();
      seen = currentLogFields();
    };
    const endpoints = [{ namespace: null, version: '1.0', handlers: new Map([['ping', handler]]) }];
    const parts = { endpoints, serializer: undefined, newUuid: () => 'uuid', log: silent };
    const signal = new AbortController().signal;
    const occasion = { uniqueId: 'u1', isCall: true, attempt: 1, fromInbox: false, signal };
    await handle(parts, request, { ...occasion, begin: () => Promise.resolve(1) });
    assert.deepEqual(seen, EXPECTED);
    assert.deepEqual(currentLogFields(), {});
  });

  it('has the line of its failure carry the same', () => {
    let seen: LogFields = {};
    const log = { ...silent, error: () => void (seen = currentLogFields()) };
    logFailure(log, 'a cast failed', { request, error: new Error('no') });
    assert.deepEqual(seen, EXPECTED);
  });
});
