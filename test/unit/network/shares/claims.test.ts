import assert from 'node:assert/strict';
import { novaNameOf } from '../../../../src/errors/kinds.js';
import { GROUPS, PORT } from './ports.js';
import { BEFORE, FIRST, heldWith, PORTS_SHARE, PROVIDERS, World } from './world.js';

describe('a port that is guaranteed something', () => {
  it('is attached with its share, beside what the server holds', async () => {
    const world = new World(GROUPS);
    const vifs = await world.attach();
    assert.equal(vifs.at(-1)?.id, PORT);
    assert.deepEqual(world.held, heldWith(PORTS_SHARE));
    assert.deepEqual(world.allocation, PROVIDERS);
  });

  it('is detached with its share, and leaves the others theirs', async () => {
    const world = new World(GROUPS);
    await world.attach();
    await world.detach();
    assert.deepEqual(world.held, BEFORE);
    assert.deepEqual(world.ports.get(PORT)?.['binding:profile'], { capabilities: ['x'] });
  });

  for (const fails of ['port.update', 'row.add', 'saveCache']) {
    it(`holds nothing when ${fails} fails while it is attached`, async () => {
      const world = new World(GROUPS);
      world.fails = fails;
      await assert.rejects(world.attach());
      assert.deepEqual(world.held, BEFORE);
      if (fails !== 'port.update') assert.equal(world.allocation, undefined);
    });
  }

  it('is refused as Nova does when Placement does not answer', async () => {
    const world = new World(GROUPS);
    world.fails = 'change';
    await assert.rejects(world.attach(), (error) => {
      assert.equal(novaNameOf(error), 'InterfaceAttachResourceAllocationFailed');
      return true;
    });
  });

  it('is not detached while Placement cannot be told', async () => {
    const world = new World(GROUPS);
    await world.attach();
    world.fails = 'change';
    await assert.rejects(world.detach());
    world.fails = undefined;
    await world.detach();
    assert.deepEqual(world.held, BEFORE);
  });

  for (const hasEffect of [true, false]) {
    it(`is counted once, whenever the service is killed (${hasEffect ? 'after' : 'before'} a call)`, async () => {
      const calls = await callsOf(async (world) => void (await world.attach()));
      assert.ok(calls >= 7, String(calls));
      for (let fuse = 1; fuse <= calls; fuse++) {
        const world = new World(GROUPS);
        Object.assign(world, { fuse, hasEffect });
        await assert.rejects(world.attach());
        world.fuse = Infinity;
        const vifs = await world.attach(2);
        assert.ok(vifs.some(({ id }) => id === PORT));
        assert.deepEqual(world.held, heldWith(PORTS_SHARE), `killed at call ${fuse}`);
        assert.deepEqual(world.allocation, PROVIDERS, `killed at call ${fuse}`);
      }
    });

    it(`is given back once, whenever the service is killed (${hasEffect ? 'after' : 'before'} a call)`, async () => {
      const attached = async (): Promise<World> => {
        const world = new World(GROUPS);
        await world.attach();
        world.calls = 0;
        return world;
      };
      const calls = await callsOf((world) => world.detach(), attached);
      for (let fuse = 1; fuse <= calls; fuse++) {
        const world = await attached();
        Object.assign(world, { fuse, hasEffect });
        await assert.rejects(world.detach());
        world.fuse = Infinity;
        // The verb takes a port that is not recorded any more for detached.
        await world.detach().catch((error: unknown) => assert.equal(novaNameOf(error), 'PortNotFound'));
        assert.deepEqual(world.held, BEFORE, `killed at call ${fuse}`);
        assert.equal(world.allocation, undefined);
      }
    });
  }

  it('that was deleted in Neutron holds nothing any more', async () => {
    const world = new World(GROUPS);
    await world.attach();
    await world.vanish();
    assert.deepEqual(world.held, BEFORE);
    assert.deepEqual(
      world.cache.map(({ id }) => id),
      [FIRST],
    );
  });

  it('that comes back to a host is told who guarantees it there', async () => {
    const world = new World(GROUPS);
    await world.attach();
    const elsewhere = { allocation: Object.fromEntries(Object.keys(PROVIDERS).map((id) => [id, 'elsewhere'])) };
    world.ports.set(PORT, { ...world.ports.get(PORT), 'binding:profile': elsewhere });
    await world.bind();
    assert.deepEqual(world.allocation, PROVIDERS);
  });
});

/** How many calls a run makes that is not killed. */
async function callsOf(
  run: (world: World) => Promise<void>,
  start: () => Promise<World> = () => Promise.resolve(new World(GROUPS)),
): Promise<number> {
  const world = await start();
  await run(world);
  return world.calls;
}
