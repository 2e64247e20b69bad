import { messageOf } from '../errors/kinds.js';
import { guestName } from '../compute/instance-facts.js';
import type { InstanceNotification, Notifications, UsageNotification } from '../compute/ports/notifications.js';
import type { RequestContext } from '../observe/context.js';
import { dehydrate, type FieldName, type Instance } from '../objects/index.js';
import { ACTIONS } from './actions.js';
import { tellableArgs } from './arguments.js';
import { deliver, isSending } from './delivery.js';
import { exceptionPayload, exceptionRepr } from './exception.js';
import { actionInfo, usageInfo } from './legacy-payload.js';
import { InstanceLoader, snapshot } from './loaded.js';
import type { Priority } from './message.js';
import { Outbox, type Job } from './outbox.js';
import { redactedPayload } from './redact.js';
import type { NotifierParts } from './settings.js';
import { actionPayload, existsPayload, neededFields, type PayloadFacts } from './versioned-payload.js';

type Family = 'unversioned' | 'versioned';

/** What a notification of either family is made of, once its turn has come. */
interface Draft {
  readonly family: Family;
  /** Undefined: this family has no such notification. */
  readonly eventType: string | undefined;
  readonly payload: (signal: AbortSignal) => unknown;
}

/** What both families have in common. */
interface Occasion {
  readonly context: RequestContext;
  readonly priority: Priority;
  readonly instance?: Instance;
}

/**
 * Tells the world what happens to this host's instances. Whoever calls goes on at once: payloads are made of a copy of
 * the instance and sent in order by an outbox of their own.
 */
export class Notifier implements Notifications {
  private readonly outbox: Outbox;
  private readonly loader: InstanceLoader;

  constructor(private readonly parts: NotifierParts) {
    this.outbox = new Outbox(parts.settings.capacity, parts.log);
    this.loader = new InstanceLoader(parts.conductorFor);
  }

  async instance(notification: InstanceNotification): Promise<void> {
    await this.announce(() => {
      const { context, phase, error, action } = notification;
      const { legacy, versioned, fixedIps } = ACTIONS[action];
      const isError = phase === 'error' || error !== undefined;
      const occasion: Occasion = { context, priority: isError ? 'ERROR' : 'INFO', instance: notification.instance };
      const taken = this.take(notification.instance, context);
      const listsIps = fixedIps.includes(phase);
      const { imageUrl } = this.parts;
      const legacyFields: readonly FieldName<'Instance'>[] = listsIps ? ['info_cache'] : [];
      return this.job(occasion, [
        {
          family: 'unversioned',
          eventType: legacy[phase],
          payload: async (signal) =>
            actionInfo(notification, await taken(legacyFields, signal), { listsIps, imageUrl }),
        },
        {
          family: 'versioned',
          eventType: versioned[phase],
          payload: async (signal) => {
            const instance = await taken(['info_cache', ...neededFields(action)], signal);
            return actionPayload(notification, instance, await this.facts(notification, instance, signal));
          },
        },
      ]);
    });
  }

  async usage(notification: UsageNotification): Promise<void> {
    const waits = notification.period === 'previous';
    await this.announce(() => {
      const { context } = notification;
      const { settings, imageUrl, now } = this.parts;
      const at = now();
      const last = settings.auditPeriod(at);
      const period = waits ? last : { begin: last.end, end: at };
      const taken = this.take(notification.instance, context);
      return this.job({ context, priority: 'INFO', instance: notification.instance }, [
        {
          family: 'unversioned',
          eventType: 'compute.instance.exists',
          payload: async (signal) => usageInfo(notification, await taken([], signal), { period, imageUrl }),
        },
        {
          family: 'versioned',
          eventType: 'instance.exists',
          payload: async (signal) => {
            const instance = await taken(['info_cache'], signal);
            return existsPayload(instance, period, await this.facts(notification, instance, signal));
          },
        },
      ]);
    }, waits);
  }

  async exception(
    context: RequestContext,
    method: string,
    error: unknown,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.announce(() => {
      const legacy = { exception: exceptionRepr(error), args: tellableArgs(args) };
      const versioned = exceptionPayload(error);
      return this.job({ context, priority: 'ERROR' }, [
        { family: 'unversioned', eventType: method, payload: () => legacy },
        { family: 'versioned', eventType: 'compute.exception', payload: () => versioned },
      ]);
    });
  }

  /** Sends what waits, until the signal aborts; later notifications are lost. */
  async close(signal: AbortSignal): Promise<void> {
    await this.outbox.close(signal);
  }

  /** Never lets an error out: a notification must not be the reason why a server does not boot. */
  private async announce(make: () => Job | undefined, waits = false): Promise<void> {
    if (!isSending(this.parts.settings.drivers)) return;
    try {
      const job = make();
      if (job === undefined) return;
      if (waits) await this.outbox.put(job);
      else this.outbox.offer(job);
    } catch (error) {
      this.parts.log.error('A notification could not be made', { reason: messageOf(error) });
    }
  }

  /** The instance as it is now, to be completed when the notification's turn comes. */
  private take(live: Instance, context: RequestContext) {
    const taken = snapshot(live, context);
    return (fields: readonly FieldName<'Instance'>[], signal: AbortSignal): Promise<Instance> =>
      this.loader.load(taken, ['flavor', 'system_metadata', 'metadata', ...fields], signal);
  }

  private async facts(
    { context, ...rest }: Pick<InstanceNotification, 'context' | 'blockDevices' | 'error'>,
    instance: Instance,
    signal: AbortSignal,
  ): Promise<PayloadFacts> {
    const { conductorFor, settings } = this.parts;
    const lookUp = () =>
      settings.withBlockDevices
        ? conductorFor(context, { signal }).blockDevices.ofInstance(instance.get('uuid'))
        : null;
    return {
      context,
      blockDevices: rest.blockDevices ?? (await lookUp()),
      fault: rest.error === undefined ? null : exceptionPayload(rest.error),
      instanceName: guestName(settings.instanceNameTemplate, instance.get('id')),
    };
  }

  private job(occasion: Occasion, drafts: readonly Draft[]): Job | undefined {
    const { format, host, topics, versionedTopics } = this.parts.settings;
    const wanted = drafts.filter(({ family, eventType }) => eventType && (format === 'both' || format === family));
    if (wanted.length === 0) return undefined;
    const { context, priority, instance } = occasion;
    const at = this.parts.now();
    const { redactor } = this.parts;
    const delivery = { ...this.parts, drivers: this.parts.settings.drivers };
    const run = async (signal: AbortSignal): Promise<void> => {
      for (const { family, eventType = '', payload } of wanted) {
        const json = redactedPayload(dehydrate(await payload(signal)), context.authToken, redactor);
        const isLegacy = family === 'unversioned';
        const publisherId = isLegacy ? `compute.${host}` : `nova-compute:${host}`;
        const notice = { eventType, publisherId, priority, payload: json, context, at };
        await deliver(delivery, notice, isLegacy ? topics : versionedTopics, signal);
      }
    };
    return { about: { eventType: wanted[0]?.eventType, instanceUuid: instance?.get('uuid') }, run };
  }
}
