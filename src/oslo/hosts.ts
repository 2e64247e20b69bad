import type { BrokerHost } from './transport-url.js';

/** A number of [0, 1). */
export type Random = () => number;

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    [result[last], result[pick]] = [result[pick] as T, result[last] as T];
  }
  return result;
}

/**
 * In which order the nodes of a cluster are tried. Upstream shuffles them once, so that the services of a cloud
 * spread, and then goes round (kombu_failover_strategy `round-robin`) or draws anew (`shuffle`).
 */
export class HostOrder {
  private readonly hosts: readonly BrokerHost[];
  private next = 0;

  constructor(
    hosts: readonly BrokerHost[],
    private readonly strategy: 'round-robin' | 'shuffle',
    private readonly random: Random,
  ) {
    this.hosts = shuffled(hosts, random);
  }

  /** Every host once, the one after the host connected last first. */
  cycle(): readonly BrokerHost[] {
    if (this.strategy === 'shuffle') return shuffled(this.hosts, this.random);
    return [...this.hosts.slice(this.next), ...this.hosts.slice(0, this.next)];
  }

  /** Remembers the host that took us. */
  connected(host: BrokerHost): void {
    this.next = (this.hosts.indexOf(host) + 1) % this.hosts.length;
  }
}
