import type { Whereabouts } from '../compute/ports/nodes.js';
import type { Place } from './usage.js';

/**
 * What to do about an allocation on our provider that belongs to no instance and no move that we know of
 * (nova/compute/resource_tracker.py _remove_deleted_instances_allocations, release 26).
 */
export type Verdict =
  | { readonly action: 'remove'; readonly reason: string }
  /** Normal and temporary: nothing to tell. */
  | { readonly action: 'leave' }
  /** Somebody should look, but nobody can say by machine what is right. */
  | { readonly action: 'tell'; readonly reason: string };

/** Only an instance that is certainly deleted loses its allocation. */
export function judgeOrphan(found: Whereabouts | undefined, here: Place): Verdict {
  if (found === undefined) {
    return { action: 'tell', reason: 'no such instance is known; it may be of another kind or its row was purged' };
  }
  if (found.deleted && !found.hidden) return { action: 'remove', reason: 'the instance is deleted' };
  // Scheduled to us, its build has not begun.
  if (found.host === null) return { action: 'leave' };
  if (found.host !== here.host) {
    return { action: 'tell', reason: `the instance is on host ${found.host} (${found.node ?? '-'}) now` };
  }
  if (found.node !== here.node || found.taskState !== null) return { action: 'leave' };
  return { action: 'tell', reason: 'the instance is on this host, but was not among its instances' };
}
