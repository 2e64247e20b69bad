import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plane } from '../plane.js';

/** Does the work the first time only; a crash in between repeats it, so it must bear that. */
export async function once(plane: Plane, what: string, work: () => Promise<void>): Promise<void> {
  const marker = join(plane.data, 'done', what);
  if (existsSync(marker)) return;
  await work();
  mkdirSync(join(plane.data, 'done'), { recursive: true });
  writeFileSync(marker, '');
}
