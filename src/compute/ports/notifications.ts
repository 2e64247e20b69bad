import type { RequestContext } from '../../observe/context.js';
import type { Flavor, Instance, NovaObject } from '../../objects/index.js';

export type NotificationPhase = 'start' | 'end' | 'error';

/**
 * What happens to an instance, in the words of the versioned notifications (`instance.power_off.start`); those of the
 * unversioned ones differ here and there. These need nothing but the instance.
 */
export type PlainAction =
  | 'create'
  | 'delete'
  | 'shutdown'
  | 'power_on'
  | 'power_off'
  | 'reboot'
  | 'pause'
  | 'unpause'
  | 'suspend'
  | 'resume'
  | 'soft_delete'
  | 'restore'
  | 'rebuild'
  | 'unrescue'
  | 'shelve'
  | 'shelve_offload'
  | 'unshelve'
  | 'trigger_crash_dump'
  | 'resize'
  | 'resize_finish'
  | 'resize_confirm'
  | 'resize_revert'
  | 'interface_attach'
  | 'interface_detach'
  | 'create_ip'
  | 'delete_ip'
  | 'live_migration_abort'
  | 'live_migration_force_complete'
  | 'live_migration_pre'
  | 'live_migration_post'
  | 'live_migration_post_dest'
  | 'live_migration_rollback'
  | 'live_migration_rollback_dest';

/** An action, with what its versioned payload tells besides the instance. */
export type ActionFacts =
  | { readonly action: PlainAction }
  | { readonly action: 'rescue'; readonly rescueImageRef: string | null }
  | { readonly action: 'snapshot'; readonly snapshotImageId: string }
  | { readonly action: 'resize_prep'; readonly newFlavor: Flavor }
  | { readonly action: 'volume_attach' | 'volume_detach'; readonly volumeId: string }
  | { readonly action: 'volume_swap'; readonly oldVolumeId: string; readonly newVolumeId: string };

export type InstanceNotification = ActionFacts & {
  readonly context: RequestContext;
  /** As it is now; what it lacks (flavor, network cache) is looked up. */
  readonly instance: Instance;
  readonly phase: NotificationPhase;
  /** Of phase `error`: why. */
  readonly error?: unknown;
  /** Additions to the unversioned payload, named as Nova names them, e.g. `{image_name}`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** For the versioned payload, where the caller has them at hand; else they are looked up if the operator wants them. */
  readonly blockDevices?: readonly NovaObject<'BlockDeviceMapping'>[];
};

export interface UsageNotification {
  readonly context: RequestContext;
  readonly instance: Instance;
  /** `current`: since the end of the last audit period, at a change of what is used. `previous`: the periodic audit. */
  readonly period: 'current' | 'previous';
  /** Whose `image_*` describe the image, when it is not the instance's own: a rebuild has changed that already. */
  readonly systemMetadata?: Readonly<Record<string, string | null>>;
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * Unversioned and versioned notifications in one. Implemented by notify/. Never throws and never makes anybody wait: what
 * cannot be sent is logged there.
 */
export interface Notifications {
  instance(notification: InstanceNotification): Promise<void>;
  /** `compute.instance.exists`. For the previous period it waits for room in the queue: an audit tells of many at once. */
  usage(notification: UsageNotification): Promise<void>;
  /** An RPC method failed. Of `args` (hydrated) only what is known to hold no secret is told. */
  exception(
    context: RequestContext,
    method: string,
    error: unknown,
    args?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}
