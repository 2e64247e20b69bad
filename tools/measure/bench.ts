import type { Rest } from '../plane/openstack/rest.js';
import type { OpenPlane } from '../plane/open.js';
import type { Figure } from './figures.js';
import type { Rows } from './rows.js';
import type { Side } from './sides.js';

/** How much is measured: small for a smoke run, whose figures say little. */
export interface Sizes {
  /** Rounds of sequential boots. */
  readonly boots: number;
  /** Servers of each burst. */
  readonly bursts: readonly number[];
  /** Containers that stand while idle time is measured. */
  readonly crowds: readonly number[];
  /** Before idle time is measured: what is done after work (collecting garbage, above all) is no part of it. */
  readonly settleSeconds: number;
  readonly idleSeconds: number;
  readonly starts: number;
  readonly wireSeconds: number;
  /** Containers killed one by one, and those that run meanwhile. */
  readonly kills: number;
  readonly running: number;
  /** Containers stopped at once. */
  readonly storm: number;
  readonly imageMib: number;
  readonly imageRounds: number;
}

export const FULL: Sizes = {
  boots: 15,
  bursts: [50, 200],
  crowds: [0, 100, 500],
  settleSeconds: 150,
  idleSeconds: 60,
  starts: 3,
  wireSeconds: 5,
  kills: 50,
  running: 200,
  storm: 100,
  imageMib: 500,
  imageRounds: 3,
};

export const QUICK: Sizes = {
  boots: 3,
  bursts: [10],
  crowds: [0, 10],
  settleSeconds: 5,
  idleSeconds: 15,
  starts: 1,
  wireSeconds: 1,
  kills: 5,
  running: 10,
  storm: 5,
  imageMib: 50,
  imageRounds: 1,
};

/** What a scenario works with. Both sides serve one control plane at the same time. */
export interface Bench {
  readonly plane: OpenPlane;
  readonly rest: Rest;
  readonly rows: Rows;
  readonly sizes: Sizes;
  /** What servers are made of. */
  readonly parts: { readonly imageId: string; readonly flavorId: string; readonly networkId: string };
  readonly signal: AbortSignal;
  readonly ours: Side;
  readonly other: Side;
  /** Tells people what is going on. */
  say(text: string): void;
}

export interface Scenario {
  /** For --only, and the first column of the table. */
  readonly name: string;
  readonly about: string;
  /** One by one where they take long: what was measured before a failure is kept. */
  run(bench: Bench): Promise<readonly Figure[]> | AsyncIterable<Figure>;
}
