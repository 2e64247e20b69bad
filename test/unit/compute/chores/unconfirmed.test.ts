import assert from 'node:assert/strict';
import {
  confirmResizes,
  decideUnconfirmed,
  type UnconfirmedDecision,
} from '../../../../src/compute/chores/unconfirmed.js';
import { create, type Migration } from '../../../../src/objects/index.js';
import { HOST, makeInstance, UUID } from '../parts.js';
import { ago, setUp } from './setting.js';

const MIGRATION = '44444444-4444-4444-8444-444444444444';

function migration(from: string): Migration {
  const fields = { source_compute: from, dest_compute: HOST, status: 'finished' };
  const made = create('Migration', { id: 7, uuid: MIGRATION, instance_uuid: UUID, ...fields });
  made.resetChanges();
  return made;
}

function lab(from: string, more: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(more);
  const record = migration(from);
  all.fake.conductor.migrations.unconfirmed.resolves([record]);
  all.knows({ vm_state: 'resized', task_state: null });
  const casts = (): unknown[] =>
    (all.fake.conductor.peers.cast.args as [{ host: string; method: string }, string][]).map(([one, id]) => [
      one.host,
      one.method,
      id,
    ]);
  return { ...all, record, casts };
}

describe('compute/chores: resizes that nobody confirms', () => {
  const table: [vmState: string, task: string | null, decision: UnconfirmedDecision][] = [
    ['resized', null, 'confirm'],
    ['resized', 'deleting', 'again'],
    ['active', 'soft-deleting', 'again'],
    ['active', 'resize_finish', 'again'],
    ['error', null, 'end'],
    ['active', null, 'end'],
    ['resized', 'resize_reverting', 'end'],
  ];
  for (const [vmState, task, decision] of table) {
    it(`${vmState}, ${task ?? 'no task'}: ${decision}`, () => {
      assert.equal(decideUnconfirmed(makeInstance({ vm_state: vmState, task_state: task })), decision);
    });
  }

  it('of a server that is deleted: end', () => {
    assert.equal(decideUnconfirmed(undefined), 'end');
  });

  it('are confirmed by the host that the server was on, as an action of the server', async () => {
    const { fake, chore, casts } = lab('host-2');
    fake.conductor.peers.lastSeen.resolves(ago(0.1));
    await confirmResizes(chore);
    assert.deepEqual(fake.conductor.migrations.unconfirmed.args, [[HOST, 600]]);
    const [[host, method, id]] = casts() as [[string, string, string]];
    assert.deepEqual([host, method, id.startsWith(MIGRATION)], ['host-2', 'confirm_resize', true]);
    assert.deepEqual(fake.conductor.events.begin.args, [[UUID, 'confirmResize']]);
    // One request, however often it is said.
    await confirmResizes(chore);
    assert.equal(new Set(casts().map((one) => (one as string[])[2])).size, 1);
  });

  it('in place are confirmed by this host, whatever it has reported', async () => {
    const { chore, casts } = lab(HOST);
    await confirmResizes(chore);
    assert.equal((casts()[0] as string[])[0], HOST);
  });

  for (const [what, seenAt] of [
    ['down', ago(2)],
    ['forced down, or unknown', null],
  ] as const) {
    it(`wait when that host is ${what}`, async () => {
      const { fake, chore, casts, record } = lab('host-2');
      fake.conductor.peers.lastSeen.resolves(seenAt);
      await confirmResizes(chore);
      assert.deepEqual([casts(), record.get('status')], [[], 'finished']);
    });
  }

  it('that cannot be confirmed any more are over', async () => {
    const { fake, chore, casts, record, knows } = lab('host-2');
    knows({ vm_state: 'active', task_state: null });
    await confirmResizes(chore);
    assert.deepEqual([casts(), record.get('status')], [[], 'error']);
    assert.equal(fake.conductor.migrations.save.callCount, 1);
  });

  it('are left alone while somebody works on them, and without a limit', async () => {
    const busy = lab(HOST);
    busy.requested.add(UUID);
    await confirmResizes(busy.chore);
    const unlimited = lab(HOST, { confirmAfterMs: 0 });
    await confirmResizes(unlimited.chore);
    assert.deepEqual([busy.casts(), unlimited.casts()], [[], []]);
    assert.equal(unlimited.fake.conductor.migrations.unconfirmed.callCount, 0);
  });
});
