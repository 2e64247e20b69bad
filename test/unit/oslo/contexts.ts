import fc from 'fast-check';
import type { RequestContext } from '../../../src/observe/context.js';

const word = fc.stringMatching(/^[a-z0-9]{1,12}$/);
const plain = { noNullPrototype: true } as const;
const optional = fc.option(word, { nil: null });

/** Any request context that can travel. */
export const contexts: fc.Arbitrary<RequestContext> = fc.record(
  {
    requestId: word.map((id) => `req-${id}`),
    globalRequestId: optional,
    userId: optional,
    projectId: optional,
    userName: optional,
    projectName: optional,
    userDomainId: optional,
    projectDomainId: optional,
    domainId: optional,
    systemScope: fc.constantFrom(null, 'all'),
    isAdmin: fc.boolean(),
    isAdminProject: fc.boolean(),
    readDeleted: fc.constantFrom('no' as const, 'yes' as const, 'only' as const),
    roles: fc.array(word),
    authToken: optional,
    serviceCatalog: fc.array(
      fc.record({ type: word, name: word, endpoints: fc.array(fc.dictionary(word, optional, plain)) }, plain),
    ),
    remoteAddress: optional,
    timestamp: fc.constant('2026-11-22T18:30:18.394546'),
    quotaClass: optional,
  },
  plain,
);

/** A context with a token, which must not turn up anywhere. */
export const SECRET_TOKEN = 'gAAAA-secret-token';
