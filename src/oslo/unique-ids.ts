/**
 * The ids of the last messages of a listener, to drop what the broker or a sender delivers twice. Upstream keeps 16
 * (oslo_messaging/_drivers/amqp.py, _MsgIdCache); with unlimited prefetch a lost connection brings back everything
 * whose ack it swallowed, so the default here is larger.
 */
export class UniqueIds {
  private readonly ids = new Set<string>();

  constructor(private readonly size = 1024) {}

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Remembers an id and forgets the oldest one beyond the size. */
  add(id: string): void {
    if (this.ids.has(id)) return;
    this.ids.add(id);
    if (this.ids.size <= this.size) return;
    for (const oldest of this.ids) {
      this.ids.delete(oldest);
      return;
    }
  }
}
