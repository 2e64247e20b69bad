import type { Bench } from './bench.js';
import { Trouble } from '../plane/trouble.js';
import { deleteAll, timedBoot } from './servers.js';

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

/** The small image as the engine has it. A server of ours brings it there when none has before. */
export async function imageOnEngine(bench: Bench): Promise<string> {
  const there = await oldestImage(bench);
  if (there !== undefined) return there;
  const name = 'bench-brings-image';
  await timedBoot(bench, bench.ours, { name, networks: 'none' });
  // Deleting a server leaves its image.
  await deleteAll(bench, name);
  const brought = await oldestImage(bench);
  if (brought === undefined) throw new Trouble('the engine has no image although a server was booted');
  return brought;
}

async function oldestImage({ plane }: Bench): Promise<string | undefined> {
  // The engine names the newest first.
  const image = (await plane.docker(['images', '--all', '--quiet'])).trim().split('\n').at(-1);
  return image === '' ? undefined : image;
}
