import assert from 'node:assert/strict';
import { unobserved, type CallObserver } from '../../../src/observe/calls.js';
import type { RequestContext } from '../../../src/observe/context.js';
import { Credentials } from '../../../src/openstack/keystone.js';
import { Session } from '../../../src/openstack/session.js';
import type { RequestLimits } from '../../../src/openstack/settings.js';
import { createTransport, type Transport } from '../../../src/openstack/transport.js';
import { startService, tokenAnswer, type Asked, type Scripted, type Service } from '../../double/service.js';

/** A session with a Keystone and one service behind it, both on loopback. */
export interface Bench {
  readonly session: Session;
  readonly userSession: Session;
  readonly keystone: Service;
  readonly service: Service;
  readonly transport: Transport;
  readonly credentials: Credentials;
  /** Pauses before repetitions, none of which was really waited for. */
  readonly pauses: number[];
  clock: Date;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly answer: (asked: Asked) => Scripted;
  readonly keystone?: (asked: Asked, n: number) => Scripted;
  readonly limits?: Partial<RequestLimits>;
  readonly observer?: CallObserver;
  readonly version?: string;
  readonly tokenLifeMs?: number;
}

const LIMITS: RequestLimits = { timeoutMs: 5000, stallTimeoutMs: 5000, retries: 2 };

/** Starts it. Tokens are `token-1`, `token-2` … in order of issue. */
export async function startBench(options: BenchOptions): Promise<Bench> {
  const clock = new Date('2026-01-01T00:00:00Z');
  const service = await startService(options.answer);
  const expiresAt = new Date(clock.getTime() + (options.tokenLifeMs ?? 3_600_000));
  let issued = 0;
  const keystone = await startService((asked) => {
    issued += 1;
    if (options.keystone !== undefined) return options.keystone(asked, issued);
    return tokenAnswer(`token-${issued}`, expiresAt, { placement: service.url });
  });
  const transport = createTransport({ insecure: false });
  const pauses: number[] = [];
  const bench = { clock };
  const pause = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const observer = options.observer ?? unobserved;
  const credentials = new Credentials({
    settings: {
      section: 'placement',
      authUrl: keystone.url,
      username: 'nova',
      password: 'secret',
      projectName: 'service',
    },
    ...{ transport, observer, pause, timeoutMs: 5000, retries: 2, now: () => bench.clock },
  });
  const parts = {
    system: 'placement' as const,
    endpoint: {
      section: 'placement',
      serviceTypes: ['placement'],
      interfaces: ['internal', 'public'],
      overrides: [],
    },
    ...(options.version === undefined ? {} : { version: options.version }),
    limits: { ...LIMITS, ...options.limits },
    ...{ transport, observer, pause },
  };
  return Object.assign(bench, {
    session: new Session({ ...parts, credentials }),
    userSession: new Session({ ...parts, serviceToken: credentials }),
    ...{ keystone, service, transport, credentials, pauses },
    close: async () => {
      transport.close();
      await Promise.all([keystone.close(), service.close()]);
    },
  });
}

/** A user's context as nova-api makes it. */
export function userContext(changes: Partial<RequestContext> = {}): RequestContext {
  return {
    requestId: 'req-00000000-0000-0000-0000-000000000001',
    globalRequestId: null,
    userId: 'user',
    projectId: 'project',
    userName: null,
    projectName: null,
    userDomainId: null,
    projectDomainId: null,
    domainId: null,
    systemScope: null,
    isAdmin: false,
    isAdminProject: true,
    readDeleted: 'no',
    roles: ['member'],
    authToken: 'user-token',
    serviceCatalog: [],
    remoteAddress: null,
    timestamp: '2026-01-01T00:00:00.000000',
    quotaClass: null,
    ...changes,
  };
}

export const OK: Scripted = { status: 200, body: { fine: true } };
export const CALL = { name: 'thing.get', method: 'GET', path: '/thing' } as const;

/** The error that it ends with. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => assert.fail('no error'),
    (error: unknown) => error,
  );
}
