import type { CheckpointAbility, Checkpoints } from '../compute/ports/checkpoints.js';
import { checkpointFacts } from './checkpoints/facts.js';
import { forget } from './checkpoints/forget.js';
import { lacking } from './checkpoints/lacking.js';
import type { CheckpointsParts } from './checkpoints/parts.js';
import { place } from './checkpoints/place.js';
import { read } from './checkpoints/read.js';
import { restore } from './checkpoints/restore.js';
import { take } from './checkpoints/take.js';
import { impossible, switchedOff } from './checkpoints/words.js';

/** The manager's checkpoints, over one engine. */
export function createCheckpoints(parts: CheckpointsParts): Checkpoints {
  return {
    ability: (signal) => ability(parts, signal),
    take: (key, name, signal) => take(parts, key, name, signal),
    read: (key, name, signal) => read(parts, key, name, signal),
    place: (key, name, body, signal) => place(parts, { key, name }, body, signal),
    restore: (key, name, signal) => restore(parts, key, name, signal),
    forget: (key, name) => forget(parts, key, name),
  };
}

async function ability(parts: CheckpointsParts, signal: AbortSignal): Promise<CheckpointAbility> {
  if (!parts.settings.isOn) throw switchedOff();
  const facts = await checkpointFacts(parts, signal);
  const lacks = lacking(facts);
  if (lacks.length > 0) throw impossible(lacks.map(({ what }) => what).join('; '));
  const { engine, criu = '', kernel, cpuFlags } = facts;
  return { engine, criu, kernel, cpuFlags };
}
