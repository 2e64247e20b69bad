import assert from 'node:assert/strict';
import { kindOf } from '../../../src/errors/kinds.js';
import type { Inventories } from '../../../src/openstack/placement.js';
import { ProviderPublisher, type WantedProvider } from '../../../src/resources/provider.js';
import { memoryLog } from '../../double/logger.js';
import { placementDouble } from '../../double/placement.js';
import { UUID } from './facts.js';

const VCPU: Inventories = {
  VCPU: { total: 8, reserved: 0, min_unit: 1, max_unit: 8, step_size: 1, allocation_ratio: 16 },
};
const STRANGER = '99999999-9999-4999-8999-999999999999';

/** Wants eight VCPUs with whatever ratio there is, and two traits besides those of others. */
function wanted(
  traits: readonly string[] = ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20'],
): () => Promise<WantedProvider> {
  return () =>
    Promise.resolve({
      inventories: (existing) => ({
        VCPU: { ...VCPU['VCPU']!, allocation_ratio: existing['VCPU']?.allocation_ratio ?? 16 },
      }),
      traits: (existing) => [...new Set([...existing, ...traits])].sort(),
    });
}

function start(refreshMs = 300_000) {
  const placement = placementDouble(['COMPUTE_NODE', 'COMPUTE_STATUS_DISABLED', 'HW_CPU_X86_AVX2', 'CUSTOM_GOLD']);
  const log = memoryLog();
  const time = { now: 0 };
  const publisher = new ProviderPublisher({
    providers: placement,
    ...{ uuid: UUID, node: 'node1', refreshMs, log },
    clock: () => time.now,
  });
  const provider = () => placement.stored.get(UUID) ?? assert.fail('no provider');
  const asked = () => placement.asked.splice(0).join(' ');
  return { placement, log, time, publisher, provider, asked };
}

describe('resources provider', () => {
  it('is made, then costs nothing while nothing changes', async () => {
    const { publisher, provider, asked } = start();
    await publisher.publish(wanted());
    assert.equal(asked(), 'get create putInventories ensureTraits putTraits');
    assert.deepEqual(provider(), {
      name: 'node1',
      generation: 2,
      inventories: VCPU,
      traits: ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20'],
      used: {},
    });
    await publisher.publish(wanted());
    assert.equal(asked(), '');
  });

  it('is looked at again when the view is old, and what others have set stays', async () => {
    const { publisher, provider, asked, time } = start();
    await publisher.publish(wanted());
    Object.assign(provider(), {
      traits: [...provider().traits, 'CUSTOM_GOLD'],
      inventories: { VCPU: { ...VCPU['VCPU'], allocation_ratio: 2 } },
      generation: 7,
    });
    asked();
    time.now = 299_999;
    await publisher.publish(wanted());
    assert.equal(asked(), '');
    time.now = 300_000;
    await publisher.publish(wanted());
    assert.equal(asked(), 'get inventories traits');
    assert.equal(provider().generation, 7);
  });

  it('is looked at only once when refreshing is switched off', async () => {
    const { publisher, asked, time } = start(0);
    await publisher.publish(wanted());
    asked();
    time.now = 1e12;
    await publisher.publish(wanted());
    assert.equal(asked(), '');
  });

  it('is computed anew when somebody else was quicker', async () => {
    const { publisher, provider, placement, asked } = start();
    await publisher.publish(wanted());
    asked();
    placement.meddle = () =>
      Object.assign(provider(), { traits: [...provider().traits, 'CUSTOM_GOLD'], generation: 3 });
    await publisher.publish(wanted(['COMPUTE_NODE', 'HW_CPU_X86_AVX2']));
    assert.equal(asked(), 'ensureTraits putTraits get inventories traits ensureTraits putTraits');
    assert.deepEqual(provider().traits, ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20', 'CUSTOM_GOLD', 'HW_CPU_X86_AVX2']);
  });

  it('is given up for this time when others are quicker four times', async () => {
    const { publisher, provider, placement } = start();
    let writes = 0;
    const meddle = () => {
      writes += 1;
      provider().generation += 1;
      placement.meddle = meddle;
    };
    placement.meddle = meddle;
    await assert.rejects(publisher.publish(wanted()), (error) => kindOf(error) === 'Conflict');
    assert.equal(writes, 4);
    placement.meddle = undefined;
    await publisher.publish(wanted());
    assert.deepEqual(provider().inventories, VCPU);
  });

  it('is made again when an operator deletes it', async () => {
    const { publisher, provider, placement } = start();
    await publisher.publish(wanted());
    placement.stored.clear();
    await publisher.publish(wanted(['COMPUTE_NODE', 'HW_CPU_X86_AVX2']));
    assert.deepEqual(provider().traits, ['COMPUTE_NODE', 'HW_CPU_X86_AVX2']);
    assert.deepEqual(provider().inventories, VCPU);
  });

  it('of the same name but another uuid is fatal, and the text says what to do', async () => {
    const { publisher, placement } = start();
    await placement.create(STRANGER, 'node1');
    await assert.rejects(publisher.publish(wanted()), (error: Error) => {
      assert.equal(kindOf(error), 'Conflict');
      assert.match(
        error.message,
        /another resource provider named node1 \(uuid 9999.*openstack resource provider delete 9999/,
      );
      return true;
    });
  });

  it('made by somebody else in between is taken', async () => {
    const { publisher, placement, provider } = start();
    const create = placement.create.bind(placement);
    placement.create = async (uuid, name) => {
      await create(uuid, name);
      return await create(uuid, name);
    };
    await publisher.publish(wanted());
    assert.deepEqual(provider().inventories, VCPU);
  });

  it('keeps an inventory that instances hold, says so once, and publishes its traits', async () => {
    const { publisher, placement, provider, log } = start();
    await publisher.publish(wanted());
    Object.assign(provider(), { inventories: { ...VCPU, PCPU: VCPU['VCPU'] }, used: { PCPU: 1 }, generation: 5 });
    publisher.forget();
    log.lines.length = 0;
    await publisher.publish(wanted(['COMPUTE_NODE', 'HW_CPU_X86_AVX2']));
    await publisher.publish(wanted(['COMPUTE_NODE', 'HW_CPU_X86_AVX2']));
    assert.equal(log.lines.filter((line) => line.startsWith('error Placement keeps the old inventory')).length, 1);
    assert.ok(provider().traits.includes('HW_CPU_X86_AVX2'));
    assert.ok(provider().inventories['PCPU']);
    assert.equal(placement.stored.size, 1);
  });

  it('leaves out standard traits that this Placement does not know, without asking every time', async () => {
    const { publisher, provider, asked } = start();
    await publisher.publish(wanted(['COMPUTE_NODE', 'OWNER_NOVA']));
    assert.deepEqual(provider().traits, ['COMPUTE_NODE']);
    asked();
    await publisher.publish(wanted(['COMPUTE_NODE', 'OWNER_NOVA']));
    assert.equal(asked(), '');
  });

  describe('of a disabled service', () => {
    it('is marked at once, and unmarked', async () => {
      const { publisher, provider } = start();
      await publisher.publish(wanted());
      await publisher.setDisabled(true);
      assert.ok(provider().traits.includes('COMPUTE_STATUS_DISABLED'));
      await publisher.setDisabled(false);
      assert.deepEqual(provider().traits, ['COMPUTE_NODE', 'CUSTOM_DOCKER_ENGINE_20']);
    });

    it('that is not there yet is fine', async () => {
      const { publisher, placement, asked } = start();
      await publisher.setDisabled(true);
      assert.equal(asked(), 'get');
      assert.equal(placement.stored.size, 0);
    });

    it('that vanishes meanwhile is fine', async () => {
      const { publisher, placement } = start();
      await publisher.publish(wanted());
      placement.meddle = () => placement.stored.clear();
      await publisher.setDisabled(true);
    });

    it('is marked even if somebody else was quicker', async () => {
      const { publisher, placement, provider } = start();
      await publisher.publish(wanted());
      placement.meddle = () => (provider().generation += 1);
      await publisher.setDisabled(true);
      assert.ok(provider().traits.includes('COMPUTE_STATUS_DISABLED'));
    });

    it('changes one after the other, and the audit asks for its wish when it is its turn', async () => {
      const { publisher, provider } = start();
      await publisher.publish(wanted());
      let disabled = false;
      const audit = publisher.publish(async () => {
        const { inventories } = await wanted()();
        const mark = disabled ? ['COMPUTE_STATUS_DISABLED'] : [];
        return { inventories, traits: () => ['COMPUTE_NODE', ...mark] };
      });
      disabled = true;
      await Promise.all([audit, publisher.setDisabled(true)]);
      assert.deepEqual(provider().traits, ['COMPUTE_NODE', 'COMPUTE_STATUS_DISABLED']);
    });
  });
});
