import { holdStateLock } from '../../../src/config/state-lock.js';

// A process of its own for the tests of the lock: takes it, says so, and stays.
const [, , folder = ''] = process.argv;
await holdStateLock(folder, process.pid).then(
  () => process.stdout.write('held\n'),
  (error: unknown) => process.stdout.write(`${String(error)}\n`),
);
setInterval(() => undefined, 60_000);
