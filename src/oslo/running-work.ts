/** Work that goes on by itself, so that whoever stops can wait for it. */
export class RunningWork {
  private readonly work = new Set<Promise<void>>();

  get size(): number {
    return this.work.size;
  }

  /** INVARIANT for callers: `work` never rejects. */
  add(work: Promise<void>): void {
    this.work.add(work);
    void work.then(() => this.work.delete(work));
  }

  /** Resolves when nothing runs, also nothing that was added meanwhile. */
  async idle(): Promise<void> {
    while (this.work.size > 0) await Promise.all(this.work);
  }
}
