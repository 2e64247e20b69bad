import assert from 'node:assert/strict';
import { decideBuildStep, type BuildFacts, type BuildStep } from '../../../../src/compute/recovery/build-resume.js';
import { decideInit, type InitAction } from '../../../../src/compute/recovery/init-decision.js';
import { decideResume, type Resume, type ResumeFacts } from '../../../../src/compute/recovery/verb-resume.js';
import { POWER_STATE, type PowerState } from '../../../../src/compute/ports/containers.js';
import type { Task, VmState } from '../../../../src/compute/states.js';

type Row = { host: string | null; vmState: VmState; task: Task };

const building = (host: string | null, task: Task): Row => ({ host, vmState: 'building', task });

describe('compute/recovery: a build that was started before and did not end', () => {
  const table: [string, Partial<BuildFacts>, BuildStep][] = [
    ['not yet claimed, allocation ours', { instance: building(null, 'scheduling'), allocation: 'ours' }, 'go-on'],
    ['claimed', { instance: building('h', 'networking'), allocation: 'ours' }, 'go-on'],
    ['spawning', { instance: building('h', 'spawning'), allocation: 'ours' }, 'go-on'],
    ['finished', { instance: { host: 'h', vmState: 'active', task: null }, eventFinished: true }, 'finished'],
    ['active, event open', { instance: { host: 'h', vmState: 'active', task: null } }, 'finished'],
    ['being given back, cast maybe lost', { instance: building(null, 'scheduling'), allocation: 'none' }, 'give-back'],
    ['taken by another host', { instance: building(null, 'scheduling'), allocation: 'other' }, 'leave'],
    ['another host has it', { instance: building('other', 'spawning'), allocation: 'other' }, 'leave'],
    ['was failing, allocation gone', { instance: building('h', 'spawning'), allocation: 'none' }, 'abort'],
    [
      'failed, allocation still there',
      { instance: { host: null, vmState: 'error', task: null }, allocation: 'ours' },
      'release',
    ],
    ['failed and released', { instance: { host: null, vmState: 'error', task: null }, allocation: 'none' }, 'leave'],
    ['being deleted', { instance: building('h', 'deleting'), allocation: 'ours' }, 'leave'],
    ['row gone', { instance: undefined, allocation: 'none' }, 'leave'],
  ];
  for (const [name, facts, step] of table) {
    it(`${name}: ${step}`, () => {
      const all = { instance: undefined, ourHost: 'h', eventFinished: false, allocation: 'ours' as const, ...facts };
      assert.equal(decideBuildStep(all), step);
    });
  }
});

describe('compute/recovery: any other verb that was started before and did not end', () => {
  const rule = { tasks: ['pausing'] as Task[], done: ['paused'] as VmState[] };
  const table: [string, Partial<ResumeFacts>, Resume][] = [
    ['under way', { instance: { host: 'h', vmState: 'active', task: 'pausing' } }, 'go-on'],
    ['done but for the event', { instance: { host: 'h', vmState: 'paused', task: null } }, 'finish'],
    ['reverted', { instance: { host: 'h', vmState: 'active', task: null } }, 'drop'],
    ['another verb came', { instance: { host: 'h', vmState: 'active', task: 'deleting' } }, 'drop'],
    ['moved away', { instance: { host: 'other', vmState: 'active', task: 'pausing' } }, 'drop'],
    [
      'failed, task left',
      { instance: { host: 'h', vmState: 'active', task: 'pausing' }, eventFinished: true, hasFailed: true },
      'take-back',
    ],
    [
      'failed, on its way to another host',
      { instance: { host: 'x', vmState: 'active', task: 'pausing' }, eventFinished: true, hasFailed: true },
      'drop',
    ],
    [
      'failed, another verb came',
      { instance: { host: 'h', vmState: 'active', task: 'deleting' }, eventFinished: true, hasFailed: true },
      'drop',
    ],
    [
      'handed on, its task stays',
      { instance: { host: 'h', vmState: 'active', task: 'pausing' }, eventFinished: true },
      'drop',
    ],
    ['done and finished', { instance: { host: 'h', vmState: 'paused', task: null }, eventFinished: true }, 'drop'],
    ['row gone', { instance: undefined, eventFinished: false }, 'drop'],
  ];
  it('a deletion whose row is gone is done but for the event', () => {
    const deleting = { tasks: ['deleting'] as Task[], done: ['deleted'] as VmState[] };
    const gone = { instance: undefined, ourHost: 'h' };
    assert.equal(decideResume(deleting, { ...gone, eventFinished: false }), 'finish');
    assert.equal(decideResume(deleting, { ...gone, eventFinished: true }), 'drop');
  });
  for (const [name, facts, decision] of table) {
    it(`${name}: ${decision}`, () => {
      assert.equal(
        decideResume(rule, { instance: undefined, ourHost: 'h', eventFinished: undefined, ...facts }),
        decision,
      );
    });
  }
});

describe('compute/recovery: instances at the start of the service', () => {
  const { RUNNING, SHUTDOWN, PAUSED, NOSTATE } = POWER_STATE;
  const table: [VmState, Task, PowerState, InitAction][] = [
    ['active', null, RUNNING, 'leave'],
    ['active', null, SHUTDOWN, 'leave'],
    ['soft-delete', 'deleting', SHUTDOWN, 'leave'],
    ['error', null, NOSTATE, 'leave'],
    ['error', 'deleting', NOSTATE, 'delete'],
    ['active', 'deleting', RUNNING, 'delete'],
    ['deleted', null, NOSTATE, 'delete'],
    ['building', 'spawning', RUNNING, 'fail-interrupted'],
    ['building', null, NOSTATE, 'fail-interrupted'],
    ['active', 'rebuild_spawning', NOSTATE, 'fail-interrupted'],
    ['active', 'image_uploading', RUNNING, 'clear-task'],
    ['active', 'resize_prep', RUNNING, 'clear-task'],
    ['active', 'reboot_started', RUNNING, 'settle-active'],
    ['active', 'reboot_started', SHUTDOWN, 'reboot-hard'],
    ['active', 'reboot_pending', RUNNING, 'reboot-soft'],
    ['stopped', 'reboot_pending_hard', SHUTDOWN, 'reboot-hard'],
    ['paused', 'unpausing', PAUSED, 'unpause'],
    ['active', 'pausing', RUNNING, 'settle-active'],
    ['active', 'powering-off', RUNNING, 'stop'],
    ['stopped', 'powering-on', SHUTDOWN, 'start'],
  ];
  for (const [vmState, task, power, action] of table) {
    it(`${vmState}, ${task ?? 'no task'}, power ${power}: ${action}`, () => {
      assert.equal(decideInit({ vmState, task, power }), action);
    });
  }
});
