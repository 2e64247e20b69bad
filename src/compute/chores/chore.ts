import { kindOf, messageOf, novaNameOf } from '../../errors/kinds.js';
import { withLogFields, type RequestContext } from '../../observe/context.js';
import type { Instance } from '../../objects/index.js';
import { isStateConflict } from '../failures.js';
import { NOVA_ATTRS } from '../instance-attrs.js';
import type { ComputeHandler } from '../manager.js';
import type { Args, InstanceOperation, ManagerParts } from '../operation.js';
import { ownOperation, ownRequest, type OwnWork } from '../own-work.js';
import type { Conductor } from '../ports/conductor.js';
import type { ChoreSettings } from './settings.js';

/** What periodic work on instances is done with. */
export interface ChoreParts {
  readonly parts: ManagerParts;
  readonly handlers: ReadonlyMap<string, ComputeHandler>;
  readonly settings: ChoreSettings;
  /** A fresh context of the service itself, with a request id of its own. */
  readonly ownContext: () => RequestContext;
  /** Instances about which a request stands in the inbox: somebody works on them, or will. */
  readonly requested: () => ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/** One pass. What it could not do the next one does. */
export type Chore = () => Promise<void>;

export function conductorOf(chore: ChoreParts, context = chore.ownContext()): Conductor {
  const { parts, signal } = chore;
  return parts.conductorFor(context, { signal, timeoutMs: parts.settings.rpcResponseTimeoutMs });
}

/**
 * A task that nobody works on after so long belongs to a request that was lost: to a message with the broker, to work of
 * our own with the process that did it.
 */
export const ABANDONED_AFTER_MS = 120_000;

/** Whether that moment is longer ago than the time; a moment that nobody knows is not. */
export function isOlder(moment: Date | null | undefined, ageMs: number, now: Date): boolean {
  return moment !== null && moment !== undefined && now.getTime() - moment.getTime() > ageMs;
}

/** Somebody works on the instance, or will: what is overdue about it is his business. */
export function isTakenCareOf({ parts, requested }: ChoreParts, uuid: string): boolean {
  return parts.locks.isBusy(uuid) || requested().has(uuid);
}

/**
 * Does the work for each instance in its turn, on a row that is read anew; `stillDue` looks at that row again. One's
 * failure stops none of the others; a row that is gone, or that somebody else changes meanwhile, is no failure.
 */
export async function forEach(
  chore: ChoreParts,
  name: string,
  instances: readonly Instance[],
  act: { stillDue: (instance: Instance) => boolean; work: (op: InstanceOperation) => Promise<void> },
): Promise<void> {
  for (const uuid of instances.map((one) => one.get('uuid'))) {
    if (chore.signal.aborted) return;
    const inTurn = async (): Promise<void> => {
      const instance = await conductorOf(chore).instances.get(uuid, NOVA_ATTRS);
      if (act.stillDue(instance)) await act.work(ownOperation(ownWork(chore), name, instance));
    };
    await guarded(chore, name, uuid, () => chore.parts.locks.run(uuid, inTurn));
  }
}

/** Has a route's own handler do it, as if a user had asked; it waits for the instance's turn by itself. */
export async function byHandler(
  chore: ChoreParts,
  request: { readonly method: string; readonly args?: Args; readonly context: RequestContext },
  instance: Instance,
): Promise<void> {
  const { method, args, context } = request;
  const work = { ...ownWork(chore), context };
  await chore.handlers.get(method)?.(ownRequest(work, method, instance, args));
}

/** Runs one instance's part of a chore; what fails is logged and left for the next pass. */
export async function guarded(chore: ChoreParts, name: string, uuid: string, work: () => Promise<void>): Promise<void> {
  try {
    await withLogFields({ instanceUuid: uuid }, work);
  } catch (error) {
    if (kindOf(error) === 'Interrupted' || chore.signal.aborted) return;
    if (novaNameOf(error) === 'InstanceNotFound' || isStateConflict(error)) {
      chore.parts.log.debug(`${name}: the instance has changed meanwhile`, { instanceUuid: uuid });
      return;
    }
    chore.parts.log.warn(`${name} failed for an instance; the next pass tries again`, {
      instanceUuid: uuid,
      reason: messageOf(error),
    });
  }
}

function ownWork({ parts, ownContext, signal }: ChoreParts): OwnWork {
  return { parts, context: ownContext(), signal, patienceMs: parts.settings.rpcResponseTimeoutMs };
}
