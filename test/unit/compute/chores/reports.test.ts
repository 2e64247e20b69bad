import assert from 'node:assert/strict';
import { removeExpiredConsoleTokens } from '../../../../src/compute/chores/console-tokens.js';
import { createCacheHealer } from '../../../../src/compute/chores/network-cache.js';
import { syncSchedulers } from '../../../../src/compute/chores/scheduler-sync.js';
import { auditUsage } from '../../../../src/compute/chores/usage-audit.js';
import type { Instance } from '../../../../src/objects/index.js';
import { HOST, makeInstance, UUID } from '../parts.js';
import { ago, setUp } from './setting.js';

const OTHER = '99999999-9999-4999-8999-999999999999';
const PERIOD = { begin: ago(120), end: ago(60) };

describe('compute/chores: the usage audit', () => {
  it('tells of every instance of the period and writes down that it did', async () => {
    const { fake, chore } = setUp();
    fake.conductor.instances.activeIn.resolves([makeInstance(), makeInstance({ uuid: OTHER })]);
    await auditUsage(chore);
    assert.deepEqual(fake.conductor.instances.activeIn.args[0]?.slice(0, 2), [PERIOD, HOST]);
    assert.deepEqual(fake.conductor.usageAudits.begin.args, [[PERIOD, 2]]);
    assert.equal(fake.notifications.usage.callCount, 2);
    const [period, outcome] = fake.conductor.usageAudits.end.args[0] as [unknown, { errors: number; message: string }];
    assert.deepEqual([period, outcome.errors], [PERIOD, 0]);
    assert.match(outcome.message, /2 instances/);
  });

  it('goes on when one instance cannot be told of, and counts it', async () => {
    const { fake, chore } = setUp();
    fake.conductor.instances.activeIn.resolves([makeInstance(), makeInstance({ uuid: OTHER })]);
    fake.notifications.usage.onFirstCall().rejects(new Error('no flavor'));
    await auditUsage(chore);
    const [, outcome] = fake.conductor.usageAudits.end.args[0] as [unknown, { errors: number }];
    assert.equal(outcome.errors, 1);
    assert.equal(fake.notifications.usage.callCount, 2);
  });

  it('is made once for a period; one that was begun and not ended is made again', async () => {
    const { fake, chore } = setUp();
    fake.conductor.usageAudits.isDone.resolves(true);
    await auditUsage(chore);
    assert.equal(fake.conductor.usageAudits.begin.callCount, 0);
    fake.conductor.usageAudits.isDone.resolves(false);
    await auditUsage(chore);
    assert.equal(fake.conductor.usageAudits.end.callCount, 1);
  });
});

describe('compute/chores: network caches, schedulers, console tokens', () => {
  it('asks Neutron of one instance in each pass, in turn', async () => {
    const { fake, chore } = setUp();
    fake.conductor.instances.uuidsOnHost.resolves([UUID, OTHER]);
    fake.conductor.instances.find.callsFake(({ uuids = [] }) => {
      return Promise.resolve(uuids.map((uuid) => makeInstance({ uuid })));
    });
    fake.conductor.instances.get.callsFake((uuid) => Promise.resolve(makeInstance({ uuid })));
    const heal = createCacheHealer(chore);
    for (let pass = 0; pass < 3; pass += 1) await heal();
    const asked = fake.networks.refresh.args.map(([subject]) =>
      (subject as { instance: Instance }).instance.get('uuid'),
    );
    assert.deepEqual(asked, [UUID, OTHER, UUID]);
  });

  it('leaves what is built or deleted to those who do it', async () => {
    for (const fields of [{ vm_state: 'building' }, { task_state: 'deleting' }]) {
      const { fake, chore, knows } = setUp();
      fake.conductor.instances.uuidsOnHost.resolves([UUID]);
      knows(fields);
      await createCacheHealer(chore)();
      assert.equal(fake.networks.refresh.callCount, 0);
    }
  });

  it('tells the schedulers which instances are here, and has old tokens removed', async () => {
    const { fake, chore } = setUp();
    fake.conductor.instances.uuidsOnHost.resolves([UUID]);
    await syncSchedulers(chore);
    await removeExpiredConsoleTokens(chore);
    assert.deepEqual(fake.conductor.scheduler.sync.args, [[[UUID]]]);
    assert.equal(fake.conductor.consoleTokens.cleanExpired.callCount, 1);
  });
});
