/**
 * Reply queues that vanished with their callers: further replies to them are dropped at once instead of being tried
 * for a minute each (oslo_messaging/_drivers/amqpdriver.py, ObsoleteReplyQueuesCache, release 14).
 */
export class DeadReplyQueues {
  private readonly expiries = new Map<string, number>();

  constructor(
    private readonly now: () => number,
    private readonly keepMs = 60_000,
    private readonly size = 200,
  ) {}

  has(queue: string): boolean {
    const expiry = this.expiries.get(queue);
    if (expiry === undefined) return false;
    if (expiry > this.now()) return true;
    this.expiries.delete(queue);
    return false;
  }

  add(queue: string): void {
    this.expiries.delete(queue);
    this.expiries.set(queue, this.now() + this.keepMs);
    const [oldest] = this.expiries.keys();
    if (this.expiries.size > this.size && oldest !== undefined) this.expiries.delete(oldest);
  }
}
