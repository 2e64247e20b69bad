import type { ConductorFor } from '../compute/ports/conductor.js';
import type { FieldName, Instance } from '../objects/index.js';
import type { RequestContext } from '../observe/context.js';

type InstanceField = FieldName<'Instance'>;

/** An instance whose notification waits for its turn. */
export interface Snapshot {
  /** The verb's own object, by which what was looked up is remembered. */
  readonly live: Instance;
  /** As it was when the notification was asked for. */
  readonly instance: Instance;
  readonly context: RequestContext;
}

export function snapshot(live: Instance, context: RequestContext): Snapshot {
  return { live, instance: live.clone(), context };
}

/**
 * Completes instances: nova-api sends some requests (start, stop, pause …) without flavor or network cache, which
 * upstream loads at their first use. What was looked up for one notification serves the others of the same request.
 */
export class InstanceLoader {
  private readonly known = new WeakMap<Instance, Map<InstanceField, unknown>>();

  constructor(private readonly conductorFor: ConductorFor) {}

  /** The snapshot's instance with these fields. @throws what the look-up throws */
  async load(
    { live, instance, context }: Snapshot,
    fields: readonly InstanceField[],
    signal: AbortSignal,
  ): Promise<Instance> {
    const missing = fields.filter((field) => !instance.has(field));
    if (missing.length === 0) return instance;
    const known = this.known.get(live) ?? new Map<InstanceField, unknown>();
    this.known.set(live, known);
    const unknown = missing.filter((field) => !known.has(field));
    if (unknown.length > 0) {
      const found = await this.conductorFor(context, { signal }).instances.get(instance.get('uuid'), unknown);
      for (const field of unknown) known.set(field, found.get(field));
    }
    instance.absorb(Object.fromEntries(missing.map((field) => [field, known.get(field)])));
    return instance;
  }
}
