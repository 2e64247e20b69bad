import assert from 'node:assert/strict';
import { POWER_STATE, type ContainerState, type PowerState } from '../../../src/compute/ports/containers.js';
import { decidePorts, decidePower, type PowerVerdict } from '../../../src/compute/power/decision.js';
import { exitReason } from '../../../src/compute/power/exit-reason.js';
import type { Task, VmState } from '../../../src/compute/states.js';
import { containerState } from './parts.js';

const { RUNNING, PAUSED, SHUTDOWN, NOSTATE, SUSPENDED } = POWER_STATE;

describe('compute/power: what a comparison asks for', () => {
  const table: [VmState, Task, number, PowerState | 'missing', boolean, PowerVerdict][] = [
    ['active', null, RUNNING, RUNNING, false, 'in-order'],
    ['active', null, RUNNING, SHUTDOWN, false, 'ended'],
    ['active', null, RUNNING, SHUTDOWN, true, 'start'],
    ['active', 'powering-off', RUNNING, SHUTDOWN, false, 'in-order'],
    ['active', null, RUNNING, PAUSED, false, 'record'],
    ['active', null, RUNNING, NOSTATE, false, 'in-order'],
    ['active', null, RUNNING, 'missing', false, 'vanished'],
    ['paused', null, PAUSED, SHUTDOWN, false, 'ended'],
    ['paused', null, PAUSED, SHUTDOWN, true, 'start-paused'],
    ['suspended', null, SUSPENDED, PAUSED, false, 'in-order'],
    ['suspended', null, SUSPENDED, SHUTDOWN, true, 'in-order'],
    ['suspended', null, SUSPENDED, 'missing', false, 'vanished'],
    ['stopped', null, SHUTDOWN, SHUTDOWN, true, 'in-order'],
    ['stopped', null, RUNNING, SHUTDOWN, false, 'record'],
    ['stopped', null, SHUTDOWN, RUNNING, false, 'stop'],
    ['stopped', null, SHUTDOWN, 'missing', false, 'vanished'],
    ['error', null, NOSTATE, 'missing', false, 'in-order'],
    ['shelved_offloaded', null, NOSTATE, 'missing', false, 'in-order'],
    ['building', 'spawning', NOSTATE, 'missing', false, 'in-order'],
    ['rescued', null, RUNNING, RUNNING, false, 'in-order'],
    ['rescued', null, RUNNING, SHUTDOWN, true, 'start'],
    ['rescued', null, RUNNING, SHUTDOWN, false, 'record'],
    ['rescued', 'unrescuing', RUNNING, SHUTDOWN, true, 'in-order'],
    ['rescued', null, RUNNING, 'missing', true, 'in-order'],
    ['resized', null, RUNNING, SHUTDOWN, true, 'start'],
    ['resized', null, RUNNING, SHUTDOWN, false, 'record'],
    ['resized', null, SHUTDOWN, SHUTDOWN, true, 'in-order'],
  ];
  for (const [vmState, task, recorded, guest, engineTookIt, verdict] of table) {
    it(`${vmState}/${task ?? '-'} recorded ${recorded}, container ${guest}${engineTookIt ? ', the engine took it' : ''}: ${verdict}`, () => {
      assert.equal(decidePower({ vmState, task, recorded, guest, engineTookIt, ownRuns: false }), verdict);
    });
  }
});

describe('compute/power: what a comparison asks for of ports', () => {
  const table: [Task, PowerState | 'missing', boolean, ReturnType<typeof decidePorts>][] = [
    [null, RUNNING, false, 'in-order'],
    [null, RUNNING, true, 'unmute'],
    [null, PAUSED, false, 'mute'],
    [null, PAUSED, true, 'mute'],
    [null, SHUTDOWN, true, 'in-order'],
    [null, 'missing', true, 'in-order'],
    ['image_pending_upload', PAUSED, false, 'in-order'],
    ['unpausing', RUNNING, true, 'in-order'],
  ];
  for (const [task, guest, isMuted, verdict] of table) {
    it(`task ${task ?? '-'}, container ${guest}, ${isMuted ? 'silent' : 'heard'}: ${verdict}`, () => {
      assert.equal(decidePorts({ task, guest, isMuted }), verdict);
    });
  }
});

describe('compute/power: why it ended', () => {
  const ended = (fields: Partial<ContainerState>): ContainerState => ({
    ...containerState(SHUTDOWN),
    exitCode: 0,
    ...fields,
  });
  const table: [string, ContainerState, string, string][] = [
    ['a code', ended({ exitCode: 3 }), '', 'exited with code 3'],
    ['a signal', ended({ exitCode: 143 }), '', 'ended by SIGTERM (code 143)'],
    ['memory', ended({ exitCode: 137, oomKilled: true }), '', 'killed: it used more memory than its flavor has'],
    ['last words', ended({ exitCode: 1 }), 'one\ntwo\n', 'exited with code 1: one | two'],
    ['no start', ended({ exitCode: 127, error: 'no such file: /x' }), '', 'could not run: no such file: /x'],
  ];
  for (const [name, state, output, reason] of table) it(name, () => assert.equal(exitReason(state, output), reason));

  it('keeps the end of long last words, within what metadata holds', () => {
    const reason = exitReason(ended({ exitCode: 1 }), `${'x'.repeat(400)}the end`);
    assert.equal(reason.length, 255);
    assert.ok(reason.endsWith('the end'));
  });
});
