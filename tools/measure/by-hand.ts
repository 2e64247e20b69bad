import type { Bench } from './bench.js';
import { Trouble } from '../plane/trouble.js';

/** As many engine calls at once as a person would dare by hand. */
export const AT_ONCE = 8;

/** Does `work` for 0 … count-1, eight at a time; milliseconds for all of it. */
export async function timedSideBySide(count: number, work: (index: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return performance.now() - began;
}

/** Milliseconds for that many containers by the engine's own client. They are gone afterwards. */
export async function timedByHand({ plane }: Bench, image: string, count: number): Promise<number> {
  const ms = await timedSideBySide(count, async (index) => {
    const name = `bench-hand-${index}`;
    const options = ['--name', name, '--hostname', name, '--network', 'none', '--label', 'bench=hand'];
    await plane.docker(['run', '--detach', ...options, '--memory', '64m', image]);
  });
  const ids = (await plane.docker(['ps', '--all', '--quiet', '--filter', 'label=bench=hand'])).trim().split('\n');
  await plane.docker(['rm', '--force', ...ids]);
  return ms;
}

/** The small image, which a server of ours left in the engine's store. @throws Trouble when no server was booted yet */
export async function imageOnEngine({ plane }: Bench): Promise<string> {
  // The engine names the newest first.
  const image = (await plane.docker(['images', '--all', '--quiet'])).trim().split('\n').at(-1);
  if (image === undefined || image === '') throw new Trouble('the engine has no image yet: no server was booted');
  return image;
}
