import type { Result } from './results.js';

/** So many results to a line: one every minute or two. */
const EVERY = 20;

/** Says how far a run is while it goes on, and what failed when it does. */
export function sayResults(say: (text: string) => void): (results: readonly Result[]) => void {
  let [ended, failed] = [0, 0];
  return (results) => {
    for (const { test, outcome } of results) {
      ended += 1;
      if (outcome === 'failed') {
        failed += 1;
        say(`  failed: ${test}`);
      }
      if (ended % EVERY === 0) say(`  ${ended} results, ${failed} failed`);
    }
  };
}
