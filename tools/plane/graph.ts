/** One thing to do once others are done. */
export interface Step {
  readonly name: string;
  /** Names of the steps that must be done before; those that are not in the graph are taken as done. */
  readonly needs: readonly string[];
  /** What it did in a word or two, for the person who watches; nothing when there is nothing to say. */
  run(signal: AbortSignal): Promise<string | undefined>;
}

/** Told of every step's begin and end. */
export interface Watcher {
  begin(name: string): void;
  end(name: string, note: string | undefined): void;
  fail(name: string, error: unknown): void;
}

/**
 * Runs each step as soon as those that it needs are done, as many at once as there are.
 * The first failure aborts the rest, and is thrown once all of them have ended.
 */
export async function runGraph(steps: readonly Step[], watcher: Watcher, signal: AbortSignal): Promise<void> {
  refuseCircle(steps);
  const stop = new AbortController();
  const any = AbortSignal.any([signal, stop.signal]);
  const runs = new Map<string, Promise<void>>();
  let first: { error: unknown } | undefined;
  const runOne = async (step: Step): Promise<void> => {
    for (const need of step.needs) await runs.get(need);
    if (any.aborted) return;
    watcher.begin(step.name);
    try {
      watcher.end(step.name, await step.run(any));
    } catch (error) {
      if (first === undefined) {
        first = { error };
        watcher.fail(step.name, error);
      }
      stop.abort(error);
    }
  };
  for (const step of inOrder(steps)) runs.set(step.name, runOne(step));
  await Promise.all(runs.values());
  if (first !== undefined) throw first.error;
  signal.throwIfAborted();
}

/** The steps of these names and all that they need, directly or not. */
export function withNeeds(steps: readonly Step[], names: readonly string[]): Step[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const wanted = new Set<string>();
  const want = (name: string): void => {
    const step = byName.get(name);
    if (step === undefined || wanted.has(name)) return;
    wanted.add(name);
    step.needs.forEach(want);
  };
  names.forEach(want);
  return steps.filter(({ name }) => wanted.has(name));
}

/** Sorted so that every step stands behind those that it needs. */
export function inOrder<S extends Pick<Step, 'name' | 'needs'>>(steps: readonly S[]): S[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const sorted = new Map<string, S>();
  const place = (step: S): void => {
    if (sorted.has(step.name)) return;
    for (const need of step.needs) {
      const needed = byName.get(need);
      if (needed !== undefined) place(needed);
    }
    sorted.set(step.name, step);
  };
  steps.forEach(place);
  return [...sorted.values()];
}

function refuseCircle(steps: readonly Step[]): void {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const visit = (name: string, path: readonly string[]): void => {
    if (path.includes(name)) throw new Error(`steps need each other in a circle: ${[...path, name].join(' -> ')}`);
    byName.get(name)?.needs.forEach((need) => {
      visit(need, [...path, name]);
    });
  };
  steps.forEach(({ name }) => {
    visit(name, []);
  });
}
