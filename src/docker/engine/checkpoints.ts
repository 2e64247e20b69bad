import { answerDone } from './answer.js';
import type { Engine } from './engine.js';

const at = (id: string): string => `/containers/${encodeURIComponent(id)}`;

/**
 * Has CRIU write a container's processes and ends them. The engine answers when all of it lies in its folder, and takes
 * what it has of it away when it fails; it goes on whatever becomes of us. An engine that is not experimental answers as
 * if there were no such container. Throws Internal for all that it can't do.
 */
export function createCheckpoint(engine: Engine, id: string, name: string, signal: AbortSignal): Promise<void> {
  const body = { CheckpointID: name, Exit: true };
  return engine.call('container.checkpoint', { timeoutMs: null, signal }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/checkpoints`, body })),
  );
}

/** Starts a container where a checkpoint of it was taken; a running one is fine. */
export function startFromCheckpoint(engine: Engine, id: string, name: string, signal: AbortSignal): Promise<void> {
  const query = { checkpoint: name };
  return engine.call('container.restore', { timeoutMs: null, signal }, async (dial) =>
    answerDone(await dial({ method: 'POST', path: `${at(id)}/start`, query, fine: [304] })),
  );
}
