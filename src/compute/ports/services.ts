import type { Service } from '../../objects/index.js';

/** Service records (nova/objects/service.py) and what they tell of the control plane. Implemented by conductor/. */
export interface ServiceRecords {
  /** Waits until nova-conductor answers a ping; Interrupted when the signal aborts before. */
  waitForConductor(signal: AbortSignal): Promise<void>;
  /** Lowest service version of this binary (`nova-conductor`, `nova-compute`) in the cell; 0 when there is none. */
  minimumVersion(binary: string): Promise<number>;
  find(host: string): Promise<Service | undefined>;
  create(host: string, version: number): Promise<Service>;
  /** Saves what changed. NotFound when an operator deleted the record. */
  save(service: Service): Promise<void>;
}
