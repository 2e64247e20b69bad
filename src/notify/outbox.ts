import { messageOf } from '../errors/kinds.js';
import type { LogFacts, Logger } from '../observe/logger.js';

/** Something to send, later and in its turn. */
export interface Job {
  /** For the log, when it is lost. */
  readonly about: LogFacts;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/**
 * A bounded queue whose jobs run one after the other, so that whoever hands one in never waits for the broker.
 *
 * INVARIANTS: jobs run in the order in which they came, never two at once; no job is taken while `capacity` are waiting;
 * nothing that a job throws gets out: what is not sent is logged, once.
 */
export class Outbox {
  private readonly waiting: Job[] = [];
  private readonly stop = new AbortController();
  private room: (() => void)[] = [];
  private working: Promise<void> | undefined;
  private closing = false;

  constructor(
    private readonly capacity: number,
    private readonly log: Logger,
  ) {}

  /** Takes the job, or loses it when the queue is full. */
  offer(job: Job): void {
    if (this.closing) return this.lose(job, 'the service is stopping');
    if (this.waiting.length >= this.capacity) return this.lose(job, 'too many are waiting for the broker');
    this.waiting.push(job);
    this.working ??= this.work();
  }

  /** The same, once there is room. */
  async put(job: Job): Promise<void> {
    while (this.waiting.length >= this.capacity && !this.closing) {
      await new Promise<void>((resolve) => this.room.push(resolve));
    }
    this.offer(job);
  }

  /** Takes no more jobs and sends those that wait, until the signal aborts; what is left then is lost. */
  async close(signal: AbortSignal): Promise<void> {
    this.closing = true;
    this.makeRoom();
    let giveUp = (): void => {};
    const patience = new Promise<void>((resolve) => {
      giveUp = () => {
        this.loseAll();
        this.stop.abort(signal.reason);
        resolve();
      };
    });
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    await Promise.race([this.working, patience]);
    signal.removeEventListener('abort', giveUp);
  }

  private async work(): Promise<void> {
    // Whoever offered the first job goes on before it runs.
    await Promise.resolve();
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) {
      this.makeRoom();
      await this.runOne(job);
    }
    this.working = undefined;
  }

  private async runOne(job: Job): Promise<void> {
    try {
      await job.run(this.stop.signal);
    } catch (error) {
      this.lose(job, messageOf(error));
    }
  }

  private makeRoom(): void {
    const waiters = this.room;
    this.room = [];
    for (const resolve of waiters) resolve();
  }

  private lose(job: Job, reason: string): void {
    this.log.warn('A notification is lost', { ...job.about, reason });
  }

  private loseAll(): void {
    const count = this.waiting.splice(0).length;
    if (count > 0) this.log.warn('Notifications are lost', { count, reason: 'the service is stopping' });
  }
}
