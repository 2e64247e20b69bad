import { Broker } from './broker.js';

let broker: Promise<Broker> | undefined;
after(async () => {
  await (await broker)?.stop();
});

/** A broker that may be restarted and asked; one for all suites. */
export function ownBroker(): Promise<Broker> {
  broker ??= Broker.start();
  return broker;
}

/** Any broker will do: the one of TEST_AMQP_URL, if there is one. */
export async function anyBrokerUrl(): Promise<string> {
  return process.env['TEST_AMQP_URL'] ?? (await ownBroker()).url;
}
