import assert from 'node:assert/strict';
import { Cloud } from './cloud.js';

/** More of them by `NCD_BOOTS=50`: on a machine of two processors fifty take minutes. */
const BOOTS = Number(process.env['NCD_BOOTS'] ?? 10);
const AT_ONCE = 5;

describe('servers on Neutron networks: many boots and deletes', function () {
  this.timeout(1_200_000);

  it('leave devices, switch, ports, plans, namespaces and allocations as they were', async () => {
    const cloud = await Cloud.enter();
    const network = await cloud.named('private');
    const before = await cloud.inventory();
    for (let booted = 0; booted < BOOTS; booted += AT_ONCE) {
      const wish = { networks: [{ uuid: network }] };
      const ids = await Promise.all(Array.from({ length: AT_ONCE }, () => cloud.request(wish)));
      await cloud.built(ids);
      const faults = (await Promise.all(ids.map((id) => cloud.server(id)))).map(({ fault }) => fault?.message);
      assert.deepEqual(
        faults,
        ids.map(() => undefined),
      );
      await cloud.delete(...ids);
    }
    await cloud.clear();
    assert.equal(await cloud.inventoryLike(before), before);
  });
});
