import type { RequestContext } from '../../observe/context.js';
import type { Instance } from '../../objects/index.js';

export type NotificationPhase = 'start' | 'end' | 'error';

export interface InstanceNotification {
  readonly context: RequestContext;
  readonly instance: Instance;
  /** `create`, `delete`, `pause` …: the middle of `compute.instance.pause.start`. */
  readonly action: string;
  readonly phase: NotificationPhase;
  readonly error?: unknown;
  /** Additions to the legacy payload, e.g. `{image_name}`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Legacy and versioned notifications in one. Implemented by notify/. Never throws: a lost one is logged there. */
export interface Notifications {
  instance(notification: InstanceNotification): Promise<void>;
  /** An RPC method failed: `compute.exception`. */
  exception(context: RequestContext, method: string, error: unknown): Promise<void>;
}
