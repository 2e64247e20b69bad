import { ServiceError } from '../errors/kinds.js';
import { observed, type CallObserver } from '../observe/calls.js';
import { endpointsOfToken, httpUrl, type Endpoint } from './catalog.js';
import { deadline, waitWith } from './deadline.js';
import { failureOf } from './failures.js';
import { isPassing, pauseBefore } from './retry.js';
import type { AuthSettings } from './settings.js';
import type { HttpResponse, Transport } from './transport.js';

/** What Keystone gave us: a token in clear, and where the services are. */
export interface Access {
  readonly token: string;
  readonly expiresAt: Date;
  readonly endpoints: readonly Endpoint[];
}

export interface CredentialsParts {
  readonly settings: AuthSettings;
  readonly transport: Transport;
  readonly observer: CallObserver;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly now: () => Date;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** A token is renewed this long before it ends (keystoneauth1 5.0, identity/base.py: MIN_TOKEN_LIFE_SECONDS). */
const MIN_LIFE_MS = 120_000;

/**
 * One service user's token: kept until shortly before its end.
 *
 * INVARIANTS: at most one renewal runs; everybody who asks meanwhile waits for that one. A renewal belongs to no
 * caller, so a caller that gives up does not end it for the others. A failed renewal is not remembered.
 */
export class Credentials {
  private access: Access | undefined;
  private renewal: Promise<Access> | undefined;

  constructor(private readonly parts: CredentialsParts) {}

  /**
   * A token with some life left, and its catalogue.
   * Throws Forbidden when Keystone refuses the credentials, Unavailable or Timeout when it does not answer.
   */
  async get(signal?: AbortSignal): Promise<Access> {
    if (this.access !== undefined && this.livesLongEnough(this.access)) return this.access;
    this.renewal ??= this.renew().finally(() => {
      this.renewal = undefined;
    });
    return await waitWith(this.renewal, signal);
  }

  /** Forgets a token that a service did not accept; nothing happens when another has come since. */
  invalidate(token: string): void {
    if (this.access?.token === token) this.access = undefined;
  }

  private livesLongEnough(access: Access): boolean {
    return access.expiresAt.getTime() - this.parts.now().getTime() > MIN_LIFE_MS;
  }

  private async renew(): Promise<Access> {
    const { observer } = this.parts;
    const access = await observed(observer, { system: 'keystone', name: 'token.issue' }, () => this.tryToIssue());
    this.access = access;
    return access;
  }

  private async tryToIssue(): Promise<Access> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.issue();
      } catch (error) {
        if (attempt >= this.parts.retries || !isPassing(error)) throw error;
        await this.parts.pause(pauseBefore(attempt + 1));
      }
    }
  }

  private async issue(): Promise<Access> {
    const { settings, transport, timeoutMs } = this.parts;
    const url = tokensUrl(httpUrl(settings.authUrl, `auth_url in [${settings.section}]`));
    const limit = deadline(undefined, timeoutMs, `Keystone at ${settings.authUrl}`);
    try {
      const response = await transport.send({
        method: 'POST',
        url,
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify(passwordRequest(settings)),
        signal: limit.signal,
        answer: 'text',
      });
      if (response.status !== 201) throw refusal(settings, response);
      return accessOf(settings, response);
    } finally {
      limit.release();
    }
  }
}

/** `http://keystone:5000`, `…/v3` and `…/identity/` all lead to the same place. */
export function tokensUrl(authUrl: string): string {
  return `${authUrl.replace(/\/+$/, '').replace(/\/v(2\.0|3)$/, '')}/v3/auth/tokens`;
}

/** The body of a password authentication (Identity API v3). */
export function passwordRequest(settings: AuthSettings): object {
  const user = settings.userId === undefined ? named(settings.username, userDomain(settings)) : { id: settings.userId };
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { ...user, password: settings.password } } },
      scope: scopeOf(settings),
    },
  };
}

/** In the order of keystoneauth1 5.0, identity/v3/base.py. */
function scopeOf(settings: AuthSettings): object {
  if (settings.domainId !== undefined) return { domain: { id: settings.domainId } };
  if (settings.domainName !== undefined) return { domain: { name: settings.domainName } };
  if (settings.projectId !== undefined) return { project: { id: settings.projectId } };
  if (settings.projectName !== undefined) return { project: named(settings.projectName, projectDomain(settings)) };
  if (settings.trustId !== undefined) return { 'OS-TRUST:trust': { id: settings.trustId } };
  if (settings.systemScope !== undefined) return { system: { all: true } };
  throw new ServiceError('Invalid', `[${settings.section}] says no project to act in: set project_name`);
}

function named(name: string | undefined, domain: object): object {
  return { name, domain };
}

function userDomain(settings: AuthSettings): object {
  return domainOf(settings.userDomainId, settings.userDomainName);
}

function projectDomain(settings: AuthSettings): object {
  return domainOf(settings.projectDomainId, settings.projectDomainName);
}

function domainOf(id: string | undefined, name: string | undefined): object {
  if (id !== undefined) return { id };
  return name === undefined ? { id: 'default' } : { name };
}

function refusal(settings: AuthSettings, response: HttpResponse): ServiceError {
  const error = failureOf({
    system: 'keystone',
    call: 'token.issue',
    status: response.status,
    body: response.text,
    requestId: response.headers['x-openstack-request-id'],
    secrets: [settings.password],
  });
  if (response.status !== 401 && response.status !== 403) return error;
  const who = settings.username ?? settings.userId ?? '';
  const where = settings.projectName ?? settings.projectId ?? '';
  return new ServiceError(
    'Forbidden',
    `Keystone at ${settings.authUrl} does not accept user ${who} in project ${where}: ` +
      `correct the credentials in [${settings.section}]. ${error.message}`,
    { facts: error.facts },
  );
}

interface TokenBody {
  readonly token?: {
    readonly expires_at?: string;
    readonly catalog?: Parameters<typeof endpointsOfToken>[0];
  };
}

function accessOf(settings: AuthSettings, response: HttpResponse): Access {
  const token = response.headers['x-subject-token'];
  const body = (parsed(response.text) ?? {}) as TokenBody;
  const expiresAt = new Date(body.token?.expires_at ?? '');
  if (token === undefined || Number.isNaN(expiresAt.getTime())) {
    throw new ServiceError(
      'Unavailable',
      `What answers at ${settings.authUrl} is no Keystone: correct auth_url in [${settings.section}]`,
    );
  }
  return { token, expiresAt, endpoints: endpointsOfToken(body.token?.catalog ?? []) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
