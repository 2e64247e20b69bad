import type { ComputeRequest, ManagerParts, Operation } from './operation.js';
import { runOnInstance } from './pipeline.js';
import type { HostRoute } from './routes/route.js';
import { ROUTES } from './routes/routes.js';

export type ComputeHandler = (request: ComputeRequest) => Promise<unknown>;

/** One handler for every method that nova's clients may send: the endpoint of the compute topic. */
export function createHandlers(parts: ManagerParts): ReadonlyMap<string, ComputeHandler> {
  return new Map(
    Object.entries(ROUTES).map(([method, route]) => {
      const handler: ComputeHandler = (request) =>
        route.on === 'instance' ? runOnInstance(parts, route, request) : runOnHost(parts, route, request);
      return [method, handler];
    }),
  );
}

async function runOnHost(parts: ManagerParts, route: HostRoute, request: ComputeRequest): Promise<unknown> {
  const attempt = await request.begin();
  const { signal } = request;
  const patience = request.isCall ? { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs } : { signal };
  const conductor = parts.conductorFor(request.context, patience);
  const op: Operation = { parts, request, attempt, conductor, signal, log: parts.log };
  try {
    return await route.run(op);
  } catch (error) {
    await parts.notifications.exception(request.context, request.method, error, request.args);
    throw error;
  }
}
