import { busyboxReference, openBench, testSocket } from './bench.js';
describe('try', () => {
  it('loads', async () => {
    const bench = openBench(testSocket());
    const t0 = performance.now();
    const reference = await busyboxReference(bench);
    console.log(reference, performance.now() - t0);
    const plan = bench.plan({ reference });
    await bench.containers.create(plan, bench.signal);
    await bench.containers.start(plan.key);
    console.log(await bench.containers.state(plan.key));
    await bench.end();
  });
});
