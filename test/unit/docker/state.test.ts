import { deepEqual, equal } from 'node:assert/strict';
import { POWER_STATE, type ContainerStatus } from '../../../src/compute/ports/containers.js';
import type { ContainerInspect, ContainerListItem } from '../../../src/docker/engine/wire.js';
import { inspectedState, listedState } from '../../../src/docker/state.js';
import { UUID } from './plans.js';

const key = { instanceUuid: UUID, role: 'main' } as const;

function listed(State: string, Status: string): ReturnType<typeof listedState> {
  return listedState(key, { Id: 'c1', State, Status } as ContainerListItem);
}

describe('docker/state', () => {
  const rows: [State: string, Status: string, ContainerStatus, keyof typeof POWER_STATE, number | null][] = [
    ['created', 'Created', 'created', 'SHUTDOWN', null],
    ['running', 'Up 3 minutes (healthy)', 'running', 'RUNNING', null],
    ['running', 'Up 2 seconds', 'running', 'RUNNING', null],
    ['paused', 'Up 3 minutes (Paused)', 'paused', 'PAUSED', null],
    ['restarting', 'Restarting (1) 2 seconds ago', 'restarting', 'RUNNING', null],
    ['exited', 'Exited (0) 5 minutes ago', 'exited', 'SHUTDOWN', 0],
    ['exited', 'Exited (137) About an hour ago', 'exited', 'SHUTDOWN', 137],
    ['dead', 'Dead', 'dead', 'CRASHED', null],
    ['removing', 'Removal In Progress', 'removing', 'NOSTATE', null],
    ['hibernating', 'Some day', 'removing', 'NOSTATE', null],
  ];
  for (const [State, Status, status, power, exitCode] of rows) {
    it(`a list's ${State} (${Status}) is ${power}`, () => {
      const summary = listed(State, Status);
      equal(summary.status, status);
      equal(summary.powerState, POWER_STATE[power]);
      equal(summary.exitCode, exitCode);
    });
  }

  it('reads an inspection: why and when it ended', () => {
    const State = {
      Status: 'exited',
      ExitCode: 137,
      OOMKilled: true,
      Error: '',
      StartedAt: '2026-11-22T20:13:32.704123456Z',
      FinishedAt: '0001-01-01T00:00:00Z',
      Pid: 0,
    };
    const state = inspectedState(key, { Id: 'c1', State } as ContainerInspect);
    deepEqual(
      { ...state, key: undefined },
      {
        key: undefined,
        containerId: 'c1',
        status: 'exited',
        powerState: POWER_STATE.SHUTDOWN,
        exitCode: 137,
        oomKilled: true,
        error: '',
        startedAt: new Date('2026-11-22T20:13:32.704Z'),
        finishedAt: null,
        pid: 0,
      },
    );
  });

  it('gives the code of a start that failed, none of one never tried', () => {
    const created = { Status: 'created', ExitCode: 127, OOMKilled: false, StartedAt: '', FinishedAt: '', Pid: 0 };
    const failed = inspectedState(key, { Id: 'c', State: { ...created, Error: 'no such file' } } as ContainerInspect);
    equal(failed.exitCode, 127);
    const fresh = inspectedState(key, { Id: 'c', State: { ...created, ExitCode: 0, Error: '' } } as ContainerInspect);
    equal(fresh.exitCode, null);
  });
});
