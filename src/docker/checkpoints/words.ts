import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import { engineWords } from '../engine/failure.js';

/** Errors that tell of the way to the engine, or that it has no such container, and nothing of CRIU. */
const NOT_CRIUS: ReadonlySet<string> = new Set(['Unavailable', 'Timeout', 'NotFound', 'Interrupted']);

/** Whether the engine has tried and could not. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ServiceError && !NOT_CRIUS.has(kindOf(error));
}

/** What CRIU said, where the runtime could bring it as far as here; else what the engine made of it. */
export function criuWords(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause;
  const said = messageOf(cause instanceof Error ? cause : error);
  const words = /\bCRIU: (.*?)(?: path= \S+|: unknown$|\n|$)/.exec(said)?.[1];
  const restored = /\bOCI runtime restore failed: (.*?)(?:: unknown)?$/s.exec(said)?.[1];
  return engineWords(words ?? restored ?? said);
}

/** Running processes can't be moved to or from this host, whatever they are. */
export function impossible(reason: string): ServiceError {
  return new ServiceError('Unsupported', `Running processes can't be moved to or from this host: ${reason}.`);
}

export function switchedOff(): ServiceError {
  return impossible('it is switched off ([docker] live_migration)');
}
