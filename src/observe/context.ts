import { AsyncLocalStorage } from 'node:async_hooks';

/** One entry of the service catalogue that rides in a request context. */
export interface CatalogEntry {
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly Readonly<Record<string, string | null>>[];
}

/**
 * On whose behalf something happens: oslo.context's RequestContext (nova/context.py, release 26).
 * It travels unchanged through every call made while a request is handled, because Nova finds the
 * instance action by (instance uuid, request id) and Neutron and Glance are asked with the user's token.
 */
export interface RequestContext {
  readonly requestId: string;
  readonly globalRequestId: string | null;
  readonly userId: string | null;
  readonly projectId: string | null;
  readonly userName: string | null;
  readonly projectName: string | null;
  readonly userDomainId: string | null;
  readonly projectDomainId: string | null;
  readonly domainId: string | null;
  readonly systemScope: string | null;
  readonly isAdmin: boolean;
  readonly isAdminProject: boolean;
  readonly readDeleted: 'no' | 'yes' | 'only';
  readonly roles: readonly string[];
  /** The user's Keystone token in clear. Never logged, never stored outside the inbox. */
  readonly authToken: string | null;
  readonly serviceCatalog: readonly CatalogEntry[];
  readonly remoteAddress: string | null;
  /** UTC without zone, microseconds: `2026-11-22T18:30:18.394546`. */
  readonly timestamp: string;
  readonly quotaClass: string | null;
}

/** What every log line of the work in progress carries. */
export interface LogFields {
  readonly requestId?: string;
  readonly globalRequestId?: string;
  readonly userId?: string;
  readonly projectId?: string;
  readonly instanceUuid?: string;
  readonly method?: string;
}

const storage = new AsyncLocalStorage<LogFields>();

/** Runs `work` with these fields added to those of its caller; every log line below carries them. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

/** The fields of the work in progress; empty outside of any. */
export function currentLogFields(): LogFields {
  return storage.getStore() ?? {};
}
