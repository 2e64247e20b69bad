import assert from 'node:assert/strict';
import { POWER_STATE, type PowerState } from '../../../src/compute/ports/containers.js';
import type { Args } from '../../../src/compute/operation.js';
import { Process } from './kills/process.js';
import type { Before } from './kills/before.js';
import { World } from './kills/world.js';
import { fakeParts, makeInstance } from './parts.js';

const { RUNNING, PAUSED, SHUTDOWN } = POWER_STATE;

/** How a server may be found: as its state says, or, in ERROR, however it came there. */
interface Found {
  readonly name: string;
  readonly row: Before['row'];
  readonly power?: PowerState;
  readonly isRescued?: boolean;
}

const at = (vmState: string, power: PowerState, recorded: number = power): Found => ({
  name: vmState,
  row: { vm_state: vmState, power_state: recorded },
  power,
});
const inError = (name: string, more: Partial<Found>): Found => ({
  name: `error, ${name}`,
  row: { vm_state: 'error', power_state: more.power ?? 0 },
  ...more,
});

const ERRORS: readonly Found[] = [
  inError('its container runs', { power: RUNNING }),
  inError('its container is frozen', { power: PAUSED }),
  inError('its container is off', { power: SHUTDOWN }),
  inError('its container is gone', {}),
  inError('its state was reset in a rescue', { power: SHUTDOWN, isRescued: true }),
];

const FOUND: Readonly<Record<string, readonly Found[]>> = {
  active: [
    at('active', RUNNING),
    { ...at('active', SHUTDOWN), name: 'active, its state was reset in a rescue', isRescued: true },
  ],
  paused: [at('paused', PAUSED)],
  suspended: [at('suspended', PAUSED, POWER_STATE.SUSPENDED)],
  stopped: [at('stopped', SHUTDOWN)],
  rescued: [{ ...at('rescued', SHUTDOWN, RUNNING), isRescued: true }],
  resized: [at('resized', RUNNING)],
  'soft-delete': [at('soft-delete', SHUTDOWN)],
  shelved: [at('shelved', SHUTDOWN)],
  error: ERRORS,
};

/** A verb of nova-api, what it casts, and in which states it does so. */
interface Verb {
  readonly method: string;
  readonly task: string | null;
  readonly from: readonly string[];
  readonly args?: Args;
  /** Where the server is afterwards; a function where that depends on where it was. */
  readonly end: string | ((vmState: string) => string);
  /** It needs a container; without one it is refused and the server stays what it is. */
  readonly needsContainer?: boolean;
  /** It needs one that runs. */
  readonly needsRunning?: boolean;
  /** It needs one that runs or is frozen; that of a rescue will do. */
  readonly needsLife?: boolean;
}

const same = (vmState: string): string => vmState;
const imaging = { image_id: 'image-2', backup_type: 'daily', rotation: 1 };
const hard = { reboot_type: 'HARD', block_device_info: null };
const again = { image_ref: 'image-1', injected_files: [], new_pass: 'p', recreate: false, preserve_ephemeral: false };
const EVERY = Object.keys(FOUND);
const FOUR = ['active', 'paused', 'stopped', 'suspended'];

/**
 * nova/compute/api.py, release 26: `check_instance_state` of each method that casts to a compute service, as `vm_state` says
 * (EVERY: None). Moves and volumes have tests of their own.
 */
const VERBS: readonly Verb[] = [
  { method: 'soft_delete_instance', task: 'soft-deleting', from: EVERY, end: 'soft-delete' },
  { method: 'terminate_instance', task: 'deleting', from: EVERY, args: { bdms: [] }, end: 'deleted' },
  { method: 'restore_instance', task: 'restoring', from: ['soft-delete'], end: 'active' },
  { method: 'stop_instance', task: 'powering-off', from: ['active', 'error'], end: 'stopped', needsContainer: true },
  { method: 'start_instance', task: 'powering-on', from: ['stopped'], end: 'active' },
  {
    ...{ method: 'trigger_crash_dump', task: null, end: same, needsLife: true },
    from: ['active', 'error', 'paused', 'rescued', 'resized'],
  },
  { method: 'backup_instance', task: 'image_backup', from: FOUR, args: imaging, end: same },
  { method: 'snapshot_instance', task: 'image_snapshot_pending', from: FOUR, args: imaging, end: same },
  {
    ...{ method: 'reboot_instance', task: 'rebooting', from: ['active'], end: 'active' },
    args: { ...hard, reboot_type: 'SOFT' },
  },
  {
    ...{ method: 'reboot_instance', task: 'rebooting_hard', end: 'active', args: hard, needsContainer: true },
    from: ['active', 'error', 'paused', 'stopped', 'suspended'],
  },
  {
    ...{ method: 'rebuild_instance', task: 'rebuilding', from: ['active', 'error', 'stopped'], args: again },
    end: (vmState) => (vmState === 'stopped' ? 'stopped' : 'active'),
  },
  { method: 'shelve_instance', task: 'shelving', from: FOUR, args: imaging, end: 'shelved_offloaded' },
  { method: 'shelve_offload_instance', task: 'shelving_offloading', from: ['shelved'], end: 'shelved_offloaded' },
  { method: 'pause_instance', task: 'pausing', from: ['active'], end: 'paused', needsRunning: true },
  { method: 'unpause_instance', task: 'unpausing', from: ['paused'], end: 'active' },
  { method: 'suspend_instance', task: 'suspending', from: ['active'], end: 'suspended', needsRunning: true },
  { method: 'resume_instance', task: 'resuming', from: ['suspended'], end: 'active' },
  {
    ...{ method: 'rescue_instance', task: 'rescuing', from: ['active', 'error', 'stopped'], end: 'rescued' },
    ...{ args: { rescue_image_ref: 'image-3', rescue_password: 'p', clean_shutdown: true }, needsContainer: true },
  },
  { method: 'unrescue_instance', task: 'unrescuing', from: ['rescued'], end: 'active' },
  {
    ...{ method: 'set_admin_password', task: 'updating_password', from: ['active'], args: { new_pass: 'p' } },
    ...{ end: 'active', needsRunning: true },
  },
];

interface Seen {
  readonly row: 'deleted' | Readonly<Record<string, unknown>>;
  readonly containers: readonly string[];
  readonly held: readonly string[];
  readonly events: readonly string[];
}

const base = fakeParts();

async function tried(verb: Verb, found: Found): Promise<{ readonly failures: number; readonly seen: Seen }> {
  const { row, ...rest } = found;
  const before: Before = { ...rest, row: { ...row, task_state: verb.task } };
  const args = (): Args => ({ instance: makeInstance(before.row), ...verb.args });
  const world = new World(before, { uniqueId: 'unique-1', method: verb.method, args });
  const failures = await new Process(world, base).work();
  return { failures, seen: world.seen() as Seen };
}

function isRefused({ needsContainer, needsRunning, needsLife }: Verb, { name, power }: Found): boolean {
  if (needsLife === true) return name !== 'rescued' && power !== RUNNING && power !== PAUSED;
  if (needsRunning === true) return power !== RUNNING;
  return needsContainer === true && power === undefined;
}

/** What of its containers a server in this state may have. */
function assertTrue(vmState: string, { row, containers, held }: Seen): void {
  if (row === 'deleted' || vmState === 'shelved_offloaded') {
    assert.deepEqual([containers, held.filter((one) => one === 'exposed disk')], [[], []]);
    return;
  }
  const powers = new Map(containers.map((text) => text.split(' ').slice(1, 3) as [string, string]));
  const main = Number(powers.get('main') ?? POWER_STATE.NOSTATE);
  const runs = { active: [RUNNING], paused: [PAUSED], suspended: [PAUSED], resized: [RUNNING] }[vmState];
  assert.ok(
    (runs ?? [SHUTDOWN, POWER_STATE.NOSTATE]).includes(main as never),
    `${vmState}, but ${containers.join(', ')}`,
  );
  const isRescued = vmState === 'rescued';
  assert.equal(powers.has('rescue') && vmState !== 'soft-delete', isRescued, containers.join(', '));
  const told = isRescued ? RUNNING : vmState === 'suspended' ? POWER_STATE.SUSPENDED : main;
  assert.equal(row['power_state'], told);
}

describe('compute: every verb from every state in which nova-api allows it', () => {
  for (const verb of VERBS) {
    for (const found of verb.from.flatMap((state) => FOUND[state] ?? [])) {
      const vmState = found.row.vm_state ?? '';
      const refused = isRefused(verb, found);
      const end = refused ? vmState : typeof verb.end === 'string' ? verb.end : verb.end(vmState);
      it(`${verb.method} (${verb.task ?? 'no task'}) from ${found.name}: ${refused ? 'refused' : end}`, async () => {
        const { failures, seen } = await tried(verb, found);
        assert.equal(failures, refused ? 1 : 0);
        if (seen.row === 'deleted') assert.equal(end, 'deleted');
        else assert.deepEqual([seen.row['vm_state'], seen.row['task_state']], [end, null]);
        assert.deepEqual(seen.events, [`compute_${verb.method} ${refused ? 'Error' : 'Success'}`]);
        // A reset state is made true by the next comparison; these verbs leave the containers alone.
        const isLeft = verb.end === same && (vmState === 'error' || (found.isRescued && vmState !== 'rescued'));
        if (!refused && isLeft !== true) assertTrue(end, seen);
      });
    }
  }
});
