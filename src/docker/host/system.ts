import type { CallObserver } from '../../observe/calls.js';

/** What is looked up on the host besides its engine, handed in so that tests can have another host. */
export interface HostSystem {
  /** Device number of the file system of a path, or of a device's file itself, in the kernel's words (`8:1`). */
  readonly deviceOf: (path: string, what: 'file-system' | 'device') => Promise<string>;
  readonly readText: (path: string) => Promise<string>;
  /** Resolves links. */
  readonly realPath: (path: string) => Promise<string>;
  /** Names in a folder; throws when there is none. */
  readonly list: (path: string) => Promise<readonly string[]>;
  readonly observer: CallObserver;
}
