import assert from 'node:assert/strict';
import { POWER_STATE, type PowerState } from '../../../../src/compute/ports/containers.js';
import type { Args } from '../../../../src/compute/operation.js';
import { create, type Instance } from '../../../../src/objects/index.js';
import { fakeParts, HOST } from '../parts.js';
import { IN_INBOX, Process, type Kill } from './process.js';
import { World, type Before } from './world.js';

const { RUNNING, PAUSED, SHUTDOWN } = POWER_STATE;

interface Line {
  readonly verb: string;
  readonly about?: string;
  readonly before: Before;
  readonly args?: (instance: Instance) => Args;
  /** What the server is afterwards. */
  readonly end: string;
}

/** A server that runs (or not) as its state says, with a task that nova-api has set. */
const line = (
  verb: string,
  [vmState, task]: readonly [string, string],
  end: string,
  more: Partial<Line> = {},
): Line => {
  const power = POWER[vmState] ?? RUNNING;
  return { verb, before: { row: { vm_state: vmState, task_state: task, power_state: power }, power }, end, ...more };
};

const POWER: Readonly<Record<string, PowerState>> = {
  stopped: SHUTDOWN,
  'soft-delete': SHUTDOWN,
  paused: PAUSED,
  suspended: PAUSED,
  shelved: SHUTDOWN,
};

const imaging = { args: () => ({ image_id: 'image-2', backup_type: 'daily', rotation: 1 }) };
const reboot = (type: string) => ({ about: type, args: () => ({ reboot_type: type, block_device_info: null }) });

const IMAGE_DICT = { id: 'image-1', name: 'busybox', container_format: 'docker', properties: {} };
const again = {
  args: () => ({
    image_ref: 'image-1',
    injected_files: [],
    new_pass: 'p4ss',
    recreate: false,
    preserve_ephemeral: false,
  }),
};

/** Each verb that changes something. A new verb gets a line here. */
const TABLE: readonly Line[] = [
  line('stop_instance', ['active', 'powering-off'], 'stopped'),
  line('start_instance', ['stopped', 'powering-on'], 'active'),
  line('reboot_instance', ['active', 'rebooting'], 'active', reboot('SOFT')),
  line('reboot_instance', ['stopped', 'rebooting_hard'], 'active', reboot('HARD')),
  line('pause_instance', ['active', 'pausing'], 'paused'),
  line('unpause_instance', ['paused', 'unpausing'], 'active'),
  line('suspend_instance', ['active', 'suspending'], 'suspended'),
  line('resume_instance', ['suspended', 'resuming'], 'active'),
  line('soft_delete_instance', ['active', 'soft-deleting'], 'soft-delete'),
  line('restore_instance', ['soft-delete', 'restoring'], 'active'),
  line('terminate_instance', ['active', 'deleting'], 'deleted', { args: () => ({ bdms: [] }) }),
  line('set_admin_password', ['active', 'updating_password'], 'active', { args: () => ({ new_pass: 'p4ss' }) }),
  line('snapshot_instance', ['active', 'image_snapshot_pending'], 'active', imaging),
  line('backup_instance', ['stopped', 'image_backup'], 'stopped', imaging),
  line('rebuild_instance', ['active', 'rebuilding'], 'active', again),
  line('rebuild_instance', ['stopped', 'rebuilding'], 'stopped', { ...again, about: 'of a stopped server' }),
  line('shelve_instance', ['active', 'shelving'], 'shelved_offloaded', imaging),
  line('shelve_offload_instance', ['shelved', 'shelving_offloading'], 'shelved_offloaded'),
  {
    verb: 'unshelve_instance',
    before: {
      row: { host: null, node: null, vm_state: 'shelved_offloaded', task_state: 'unshelving', power_state: 4 },
    },
    args: () => ({ image: IMAGE_DICT, filter_properties: {}, node: HOST, request_spec: null }),
    end: 'active',
  },
  {
    verb: 'build_and_run_instance',
    before: { row: { host: null, node: null, vm_state: 'building', task_state: 'scheduling', power_state: 0 } },
    args: () => ({
      image: IMAGE_DICT,
      request_spec: null,
      filter_properties: {},
      admin_password: 'secret',
      injected_files: [],
      requested_networks: create('NetworkRequestList', { objects: [] }),
      security_groups: [],
      host_list: [],
    }),
    end: 'active',
  },
];

/** The message as it stands in the inbox: as it was sent, for every process that takes it up. */
function sent({ before, args }: Line): Args {
  const instance = new World(before).instance();
  return { instance, ...args?.(instance) };
}

const base = fakeParts();

/** The world after the request, and the calls that it took. */
async function undisturbed(tried: Line): Promise<{ readonly seen: object; readonly calls: readonly string[] }> {
  const world = new World(tried.before);
  const process = new Process(world, base);
  await process.handle(tried.verb, sent(tried), 1);
  return { seen: world.seen(), calls: process.calls };
}

/** The world after processes were killed at these calls, one after the other, and a last one that was not. */
async function killedAt(tried: Line, kills: readonly Kill[]): Promise<object> {
  const world = new World(tried.before);
  let attempt = 0;
  for (const kill of [...kills, undefined]) {
    attempt += 1;
    const process = new Process(world, base, kill);
    const work = async (): Promise<'ended'> => {
      if (attempt > 1) await process.start(IN_INBOX);
      await process.handle(tried.verb, sent(tried), attempt);
      return 'ended';
    };
    if ((await Promise.race([work(), process.killed])) === 'ended') break;
  }
  return world.seen();
}

/** With the calls that are there only because it is a repetition: they can be killed at, too. */
const moments = (calls: readonly string[], extra = 0): readonly Kill[] =>
  Array.from({ length: calls.length + extra }, (_one, nth) => nth).flatMap((nth) => [
    { nth, when: 'before' } as const,
    { nth, when: 'after' } as const,
  ]);

describe('compute: a service that is killed in the middle of a verb', () => {
  for (const tried of TABLE) {
    const name = `${tried.verb}${tried.about === undefined ? '' : ` ${tried.about}`}`;

    it(`${name}: undisturbed, the server is ${tried.end}`, async () => {
      const { seen } = await undisturbed(tried);
      const { row, faults, events } = seen as { row: unknown; faults: number; events: readonly string[] };
      if (tried.end === 'deleted') assert.equal(row, 'deleted');
      else {
        const { vm_state: vmState, task_state: task } = row as Readonly<Record<string, unknown>>;
        assert.deepEqual([vmState, task], [tried.end, null]);
      }
      assert.equal(faults, 0);
      assert.deepEqual(
        events.map((event) => event.split(' ').at(-1)),
        ['Success'],
      );
    });

    it(`${name}: killed at any call, before or after it took effect, ends the same`, async () => {
      const { seen, calls } = await undisturbed(tried);
      assert.ok(calls.length > 2);
      for (const kill of moments(calls)) {
        const where = `killed ${kill.when} ${calls[kill.nth] ?? ''} (call ${kill.nth})`;
        assert.deepEqual(await killedAt(tried, [kill]), seen, where);
      }
    });

    it(`${name}: killed again while it is taken up, ends the same`, async () => {
      const { seen, calls } = await undisturbed(tried);
      const again = moments(calls, 8);
      for (const [index, first] of moments(calls).entries()) {
        // Spread over all of them: every pair would take minutes.
        const second = again[(index * 7) % again.length] ?? first;
        const where = `killed ${first.when} ${calls[first.nth] ?? ''}, then ${second.when} call ${second.nth}`;
        assert.deepEqual(await killedAt(tried, [first, second]), seen, where);
      }
    });
  }
});
