import type { ProcessRecord } from '../plane/machine/daemon.js';
import type { Plane } from '../plane/plane.js';
import { runningRecord, startService, stopService } from '../plane/service-control.js';
import type { Service } from '../plane/services/service.js';
import { Trouble } from '../plane/trouble.js';

/** One of the two compute services that are compared. */
export interface Side {
  /** How the table calls it. */
  readonly who: string;
  /** Nova's name of its host. */
  readonly host: string;
  readonly service: Service;
  readonly record: () => ProcessRecord;
  start(signal: AbortSignal): Promise<void>;
  stop(signal: AbortSignal): Promise<void>;
}

export function sideOf(plane: Plane, who: string, host: string, service: Service): Side {
  return {
    who,
    host,
    service,
    record: () => recordOf(plane, service),
    start: async (signal) => {
      await startService(plane, service, signal);
    },
    stop: async (signal) => {
      await stopService(plane, service, signal);
    },
  };
}

/** The process of a plane's service. @throws Trouble when it does not run */
export function recordOf(plane: Plane, service: Pick<Service, 'name'>): ProcessRecord {
  const record = runningRecord(plane, service);
  if (record === null) throw new Trouble(`${service.name} does not run`);
  return record;
}
