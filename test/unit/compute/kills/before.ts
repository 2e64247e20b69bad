import type { ContainerKey, PowerState } from '../../../../src/compute/ports/containers.js';
import { create, type FieldsOf, type Migration } from '../../../../src/objects/index.js';
import { UUID } from '../parts.js';
import { MIGRATION_UUID } from './host.js';

/** How the world is before a request. */
export interface Before {
  readonly row: Partial<FieldsOf<'Instance'>>;
  /** The server's container; absent: none. */
  readonly power?: PowerState;
  /** The server is rescued: that container runs. */
  readonly isRescued?: boolean;
  /** It was made anew, and what it was stands aside. */
  readonly hasFormer?: boolean;
  /** The migration that it is in. */
  readonly migration?: Partial<FieldsOf<'Migration'>>;
  /** A call that fails, always. */
  readonly fails?: string;
  /** A call that nobody answers at first. */
  readonly away?: string;
  /** What there is besides. */
  readonly holds?: readonly string[];
}

/** A container. */
export interface Guest {
  readonly key: ContainerKey;
  power: PowerState;
  /** Whether it stood there before the request. */
  readonly age: 'old' | 'new';
  /** As they were changed since. */
  memoryMb?: number;
  /** It was made for a disk that it has not got yet. */
  isEmpty?: boolean;
}

export function makeMigration(fields: Partial<FieldsOf<'Migration'>>): Migration {
  const made = create('Migration', { id: 7, uuid: MIGRATION_UUID, instance_uuid: UUID, ...fields });
  made.resetChanges();
  return made;
}
