import { kindOf, ServiceError } from '../errors/kinds.js';
import { startCallMonitor } from './call-monitor.js';
import { handle, logFailure, type HandlingParts } from './handling.js';
import type { ReplyAddress, RequestMessage } from './message.js';
import type { CallOutcome, Replier } from './replier.js';
import { LeaveForRetry } from './rpc.js';

export interface CallParts extends HandlingParts {
  readonly replier: Replier;
  readonly signal: AbortSignal;
}

async function outcomeOf(parts: CallParts, request: RequestMessage): Promise<CallOutcome> {
  const { signal, newUuid, serializer } = parts;
  const uniqueId = request.uniqueId ?? newUuid();
  const begin = (): Promise<number> => Promise.resolve(1);
  try {
    const result = await handle(parts, request, {
      uniqueId,
      isCall: true,
      attempt: 1,
      fromInbox: false,
      begin,
      signal,
    });
    return { result: serializer ? serializer.serialize(result) : result };
  } catch (error) {
    // What a verb or an adapter named is an answer; only what nobody expected is worth a line here.
    if (kindOf(error) === 'Internal') logFailure(parts.log, 'a call failed', { request, error });
    return { error: error instanceof LeaveForRetry ? new ServiceError('Unavailable', error.message) : error };
  }
}

/** Runs one call and answers it, exactly once; heartbeats only while its handler runs. Never rejects. */
export async function runCall(parts: CallParts, request: RequestMessage, replyTo: ReplyAddress): Promise<void> {
  const endMonitor = startCallMonitor(replyTo.monitorTimeoutS, () => parts.replier.heartbeat(replyTo));
  const outcome = await outcomeOf(parts, request);
  endMonitor();
  await parts.replier.reply(replyTo, outcome);
}
