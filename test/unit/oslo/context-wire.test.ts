import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  adminContext,
  contextFromWire,
  contextToWire,
  elevated,
  wireTimestamp,
} from '../../../src/oslo/context-wire.js';
import { contexts } from './contexts.js';

const UUID = '11111111-2222-3333-4444-555555555555';

describe('request context', () => {
  it('survives the wire', () => {
    fc.assert(fc.property(contexts, (context) => assert.deepEqual(contextFromWire(contextToWire(context)), context)));
  });

  it('reads an old sender’s tenant, and drops what it does not know', () => {
    const context = contextFromWire({
      _context_user: 'u',
      _context_tenant: 'p',
      _context_trace_info: { a: 1 },
      _context_request_id: 'req-1',
    });
    assert.equal(context.userId, 'u');
    assert.equal(context.projectId, 'p');
    assert.ok(!('_context_trace_info' in contextToWire(context)));
  });

  it('of the service itself is an administrator without user or token', () => {
    const wire = contextToWire(adminContext(UUID, new Date('2026-11-22T18:30:18.394Z')));
    assert.equal(wire['_context_request_id'], `req-${UUID}`);
    assert.equal(wire['_context_user_identity'], '- - - - -');
    assert.equal(wire['_context_is_admin'], true);
    assert.equal(wire['_context_timestamp'], '2026-11-22T18:30:18.394000');
    assert.deepEqual(
      [wire['_context_roles'], wire['_context_service_catalog'], wire['_context_auth_token']],
      [[], [], null],
    );
  });

  it('elevated has the role admin, once, and stays the same request', () => {
    const context = { ...adminContext(UUID, new Date(0)), isAdmin: false, roles: ['member'] };
    assert.deepEqual(elevated(context), { ...context, isAdmin: true, roles: ['member', 'admin'] });
    assert.deepEqual(elevated(elevated(context)), elevated(context));
    assert.deepEqual(context.roles, ['member']);
  });

  it('writes time as Python does', () => {
    assert.equal(wireTimestamp(new Date('2026-01-02T03:04:05.006Z')), '2026-01-02T03:04:05.006000');
  });
});
