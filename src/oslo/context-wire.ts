import type { CatalogEntry, RequestContext } from '../observe/context.js';
import { isWireObject, type WireObject } from './envelope.js';

const PREFIX = '_context_';

type Reader = (key: string) => unknown;

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
    userId: text(read('user_id')) ?? text(read('user')),
    userName: text(read('user_name')),
    projectId: text(read('project_id')) ?? text(read('project')) ?? text(read('tenant')),
    projectName: text(read('project_name')),
  };
}

function domains(read: Reader): Pick<RequestContext, 'userDomainId' | 'projectDomainId' | 'domainId' | 'systemScope'> {
  return {
    userDomainId: text(read('user_domain')),
    projectDomainId: text(read('project_domain')),
    domainId: text(read('domain')),
    systemScope: text(read('system_scope')),
  };
}

/**
 * The request context of an inner message (`_context_*`, nova/context.py, release 26). Tolerant: a missing key reads
 * as null, an unknown one is dropped, as nova does.
 */
export function contextFromWire(message: WireObject): RequestContext {
  const read: Reader = (key) => message[PREFIX + key];
  return {
    requestId: text(read('request_id')) ?? '',
    globalRequestId: text(read('global_request_id')),
    ...people(read),
    ...domains(read),
    isAdmin: read('is_admin') === true,
    isAdminProject: read('is_admin_project') !== false,
    readDeleted: readDeleted(read('read_deleted')),
    roles: list(read('roles')).filter((role): role is string => typeof role === 'string'),
    authToken: text(read('auth_token')),
    serviceCatalog: list(read('service_catalog')).filter(isWireObject) as unknown as readonly CatalogEntry[],
    remoteAddress: text(read('remote_address')),
    timestamp: text(read('timestamp')) ?? '',
    quotaClass: text(read('quota_class')),
  };
}

/** `"<user> <project> <domain> <user domain> <project domain>"`, `-` for what is empty (oslo_context/context.py, release 5). */
function userIdentity(context: RequestContext): string {
  const parts = [context.userId, context.projectId, context.domainId, context.userDomainId, context.projectDomainId];
  return parts.map((part) => (part === null || part === '' ? '-' : part)).join(' ');
}

/** All `_context_*` keys of a context, the same set that nova sends. */
export function contextToWire(context: RequestContext): WireObject {
  const fields: WireObject = {
    user: context.userId,
    user_id: context.userId,
    user_name: context.userName,
    project: context.projectId,
    project_id: context.projectId,
    project_name: context.projectName,
    domain: context.domainId,
    user_domain: context.userDomainId,
    project_domain: context.projectDomainId,
    system_scope: context.systemScope,
    user_identity: userIdentity(context),
    is_admin: context.isAdmin,
    is_admin_project: context.isAdminProject,
    read_only: false,
    show_deleted: false,
    read_deleted: context.readDeleted,
    roles: context.roles,
    auth_token: context.authToken,
    service_catalog: context.serviceCatalog,
    request_id: context.requestId,
    global_request_id: context.globalRequestId,
    resource_uuid: null,
    remote_address: context.remoteAddress,
    timestamp: context.timestamp,
    quota_class: context.quotaClass,
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [PREFIX + key, value]));
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
