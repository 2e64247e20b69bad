import { kindOf, messageOf, novaNameOf, ServiceError } from '../errors/kinds.js';
import { withLogFields, type LogFields, type RequestContext } from '../observe/context.js';
import type { Logger } from '../observe/logger.js';
import { findHandler } from './dispatcher.js';
import type { RequestMessage } from './message.js';
import type { RpcEndpoint, RpcRequest, RpcSerializer } from './rpc.js';

export interface HandlingParts {
  readonly endpoints: readonly RpcEndpoint[];
  readonly serializer: RpcSerializer | undefined;
  /** Dashed. */
  readonly newUuid: () => string;
  readonly log: Logger;
}

/** What a handler gets besides the message. */
export type Occasion = Pick<RpcRequest, 'uniqueId' | 'isCall' | 'attempt' | 'fromInbox' | 'begin' | 'signal'>;

function deserialized(args: RequestMessage['args'], serializer: RpcSerializer | undefined): RpcRequest['args'] {
  if (!serializer) return args;
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, serializer.deserialize(value, name)]));
}

/**
 * Hands a request to its handler, which is called before the first await: the order of calls of this function is the
 * order in which handlers begin.
 * @throws (as rejection) what the dispatcher, the serializer or the handler throws
 */
export async function handle(parts: HandlingParts, request: RequestMessage, occasion: Occasion): Promise<unknown> {
  const { method, namespace, version } = request;
  const handler = findHandler(parts.endpoints, request);
  const args = deserialized(request.args, parts.serializer);
  const requestId = request.context.requestId || `req-${parts.newUuid()}`;
  const context = { ...request.context, requestId };
  return withLogFields(logFieldsOf(context, method), () =>
    handler({ method, namespace, version, args, context, ...occasion }),
  );
}

function logFieldsOf({ requestId, globalRequestId, userId, projectId }: RequestContext, method: string): LogFields {
  const known = { requestId, method, ...(globalRequestId !== null && { globalRequestId }) };
  return { ...known, ...(userId !== null && { userId }), ...(projectId !== null && { projectId }) };
}

/** The one log line of an error that goes no further. A programming error comes with its stack. */
export function logFailure(log: Logger, what: string, failed: { request: RequestMessage; error: unknown }): void {
  const { request, error } = failed;
  const trace = error instanceof ServiceError || !(error instanceof Error) ? undefined : error.stack;
  withLogFields(logFieldsOf(request.context, request.method), () =>
    log.error(`${what}: ${messageOf(error)}`, {
      method: request.method,
      requestId: request.context.requestId,
      kind: kindOf(error),
      exception: novaNameOf(error),
      ...(trace !== undefined && { trace }),
    }),
  );
}
