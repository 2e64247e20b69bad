import { openClient } from '../../app/messaging.js';
import { conductorParts } from '../../app/manager.js';
import { LiveConfig } from '../../app/live.js';
import { createServiceRecords } from '../../conductor/services.js';
import type { Config } from '../../config/tables.js';
import { ServiceError } from '../../errors/kinds.js';
import type { Service } from '../../objects/index.js';
import { unobserved } from '../../observe/calls.js';
import type { Logger } from '../../observe/logger.js';
import { parseTransportUrl, type Transport } from '../../oslo/index.js';
import type { Finding, Probe } from './probe.js';

type Client = ReturnType<typeof openClient>;

export interface MessagingProbes {
  readonly probes: readonly Probe[];
  readonly close: () => Promise<void>;
}

/** The broker, and nova-conductor behind it. */
export function messagingProbes(config: Config): MessagingProbes {
  let connection: Client | undefined;
  const probes: Probe[] = [
    {
      name: 'broker',
      look: async (signal) => {
        const { log, complained } = listeningLog();
        connection = openClient(config, log);
        await Promise.race([isUp(connection.transport, signal), complained]);
        return whereBroker(config);
      },
      mend:
        'Start RabbitMQ, or correct [DEFAULT] transport_url (user, password, host, port, virtual host) and ' +
        '[oslo_messaging_rabbit] ssl.',
    },
    {
      name: 'conductor',
      needs: ['broker'],
      look: (signal) => conductorAnswers(config, connection, signal),
      mend: 'Start nova-conductor; it has to use the same broker, virtual host and control_exchange.',
    },
  ];
  const close = async (): Promise<void> => {
    await connection?.client.close();
    await connection?.transport.close();
  };
  return { probes, close };
}

/** A log in which the first error is waited for: the way to the broker says there why it does not come up. */
function listeningLog(): { readonly log: Logger; readonly complained: Promise<never> } {
  let complain: (error: Error) => void = () => undefined;
  const complained = new Promise<never>((_resolve, reject) => (complain = reject));
  complained.catch(() => undefined);
  const silent = (): void => undefined;
  const error = (message: string): void => complain(new ServiceError('Unavailable', message));
  return { log: { debug: silent, info: silent, warn: silent, error }, complained };
}

function isUp(transport: Transport, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (transport.state === 'up') return resolve();
    const stop = transport.onState((next) => {
      if (next !== 'up') return;
      stop();
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}

function whereBroker({ DEFAULT }: Config): Finding {
  const { hosts, virtualHost } = parseTransportUrl(DEFAULT.transport_url);
  return {
    found: `${hosts.map(({ hostname, port }) => `${hostname}:${port}`).join(', ')}, virtual host ${virtualHost}`,
  };
}

/** Its ping, and what it knows of this host. */
async function conductorAnswers(config: Config, connection: Client | undefined, signal: AbortSignal): Promise<Finding> {
  if (connection === undefined) throw new ServiceError('Unavailable', 'There is no way to the broker.');
  const { log } = listeningLog();
  const records = createServiceRecords(
    conductorParts(new LiveConfig(config), connection.client, unobserved, log),
    signal,
  );
  const startedAt = performance.now();
  await records.waitForConductor(signal);
  const { host } = config.DEFAULT;
  const tookMs = Math.round(performance.now() - startedAt);
  const record = await records.find(host);
  const state = record === undefined ? 'is new to Nova' : describeRecord(record);
  return { found: `answers after ${tookMs} ms; host ${host} ${state}` };
}

function describeRecord(record: Service): string {
  const reason = record.peek('disabled_reason') ?? '';
  const state = record.get('disabled') ? `disabled${reason === '' ? '' : ` (${reason})`}` : 'enabled';
  return `is known to Nova, ${state}`;
}
