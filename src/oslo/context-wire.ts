import type { CatalogEntry, RequestContext } from '../observe/context.js';
import { isWireObject, type WireObject } from './envelope.js';

type Reader = (key: `_context_${string}`) => unknown;

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function readDeleted(value: unknown): RequestContext['readDeleted'] {
  return value === 'yes' || value === 'only' ? value : 'no';
}

function people(read: Reader): Pick<RequestContext, 'userId' | 'userName' | 'projectId' | 'projectName'> {
  return {
    userId: text(read('_context_user_id')) ?? text(read('_context_user')),
    userName: text(read('_context_user_name')),
    projectId: text(read('_context_project_id')) ?? text(read('_context_project')) ?? text(read('_context_tenant')),
    projectName: text(read('_context_project_name')),
  };
}

function domains(read: Reader): Pick<RequestContext, 'userDomainId' | 'projectDomainId' | 'domainId' | 'systemScope'> {
  return {
    userDomainId: text(read('_context_user_domain')),
    projectDomainId: text(read('_context_project_domain')),
    domainId: text(read('_context_domain')),
    systemScope: text(read('_context_system_scope')),
  };
}

/**
 * The request context of an inner message (`_context_*`, nova/context.py, release 26). Tolerant: a missing key reads
 * as null, an unknown one is dropped, as nova does.
 */
export function contextFromWire(message: WireObject): RequestContext {
  const read: Reader = (key) => message[key];
  return {
    requestId: text(read('_context_request_id')) ?? '',
    globalRequestId: text(read('_context_global_request_id')),
    ...people(read),
    ...domains(read),
    isAdmin: read('_context_is_admin') === true,
    isAdminProject: read('_context_is_admin_project') !== false,
    readDeleted: readDeleted(read('_context_read_deleted')),
    roles: list(read('_context_roles')).filter((role): role is string => typeof role === 'string'),
    authToken: text(read('_context_auth_token')),
    serviceCatalog: list(read('_context_service_catalog')).filter(isWireObject) as unknown as readonly CatalogEntry[],
    remoteAddress: text(read('_context_remote_address')),
    timestamp: text(read('_context_timestamp')) ?? '',
    quotaClass: text(read('_context_quota_class')),
  };
}

/** `"<user> <project> <domain> <user domain> <project domain>"`, `-` for what is empty (oslo_context/context.py, release 5). */
function userIdentity(context: RequestContext): string {
  const parts = [context.userId, context.projectId, context.domainId, context.userDomainId, context.projectDomainId];
  return parts.map((part) => (part === null || part === '' ? '-' : part)).join(' ');
}

/** All `_context_*` keys of a context, the same set that nova sends. Written out: every message of ours has them. */
export function contextToWire(context: RequestContext): WireObject {
  return {
    _context_user: context.userId,
    _context_user_id: context.userId,
    _context_user_name: context.userName,
    _context_project: context.projectId,
    _context_project_id: context.projectId,
    _context_project_name: context.projectName,
    _context_domain: context.domainId,
    _context_user_domain: context.userDomainId,
    _context_project_domain: context.projectDomainId,
    _context_system_scope: context.systemScope,
    _context_user_identity: userIdentity(context),
    _context_is_admin: context.isAdmin,
    _context_is_admin_project: context.isAdminProject,
    _context_read_only: false,
    _context_show_deleted: false,
    _context_read_deleted: context.readDeleted,
    _context_roles: context.roles,
    _context_auth_token: context.authToken,
    _context_service_catalog: context.serviceCatalog,
    _context_request_id: context.requestId,
    _context_global_request_id: context.globalRequestId,
    _context_resource_uuid: null,
    _context_remote_address: context.remoteAddress,
    _context_timestamp: context.timestamp,
    _context_quota_class: context.quotaClass,
  };
}

/** UTC without zone, six digits of fraction, as contexts carry it: `2026-11-22T18:30:18.394000`. */
export function wireTimestamp(now: Date): string {
  return now.toISOString().replace(/Z$/, '000');
}

/**
 * The service's own context, for start-up and periodic work (nova.context.get_admin_context): a fresh request id
 * per pass, no user, no token. `uuid` is a dashed one.
 */
export function adminContext(uuid: string, now: Date): RequestContext {
  return {
    requestId: `req-${uuid}`,
    globalRequestId: null,
    userId: null,
    projectId: null,
    userName: null,
    projectName: null,
    userDomainId: null,
    projectDomainId: null,
    domainId: null,
    systemScope: null,
    isAdmin: true,
    isAdminProject: true,
    readDeleted: 'no',
    roles: [],
    authToken: null,
    serviceCatalog: [],
    remoteAddress: null,
    timestamp: wireTimestamp(now),
    quotaClass: null,
  };
}

/** The same request with an administrator's rights (RequestContext.elevated, nova/context.py). */
export function elevated(context: RequestContext): RequestContext {
  const roles = context.roles.includes('admin') ? context.roles : [...context.roles, 'admin'];
  return { ...context, isAdmin: true, roles };
}
