import type { NodeControl } from '../compute/ports/nodes.js';
import { messageOf } from '../errors/kinds.js';
import type { Logger } from '../observe/logger.js';
import type { ProviderPublisher } from './provider.js';
import type { ResourceTracker } from './tracker.js';

export interface HostNodeParts {
  readonly uuid: string;
  readonly tracker: Pick<ResourceTracker, 'refresh' | 'buildEnded'>;
  readonly publisher: Pick<ProviderPublisher, 'setDisabled'>;
  readonly uptime: () => Promise<string>;
  /** Runs a task after that time unless the returned function is called before. */
  readonly later: (ms: number, task: () => void) => () => void;
  readonly log: Logger;
}

/** A burst of boots makes one write in this time. The scheduler counts on Placement meanwhile, so nothing is oversold. */
const GATHER_MS = 1000;

/**
 * This host's node for the verbs of the manager.
 *
 * INVARIANTS: at most one refresh is waiting, at most one runs; a change that comes while one runs is followed by another,
 * so the last change is always seen. Nothing runs after `close`.
 */
export class HostNode implements NodeControl {
  private cancel: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  private closed = false;

  constructor(private readonly parts: HostNodeParts) {}

  uuid(): string {
    return this.parts.uuid;
  }

  async setEnabled(enabled: boolean): Promise<void> {
    await this.parts.publisher.setDisabled(!enabled);
  }

  async uptime(): Promise<string> {
    return await this.parts.uptime();
  }

  usageChanged(): void {
    if (this.closed || this.cancel !== undefined) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.cancel = this.parts.later(GATHER_MS, () => {
      this.cancel = undefined;
      this.running = this.refresh();
    });
  }

  buildEnded(succeeded: boolean): void {
    this.parts.tracker.buildEnded(succeeded);
    this.usageChanged();
  }

  /** Drops a refresh that waits and waits for one that runs. */
  async close(): Promise<void> {
    this.closed = true;
    this.cancel?.();
    this.cancel = undefined;
    await this.running;
  }

  /** Never throws: the audit, once a minute, repairs what this one missed. */
  private async refresh(): Promise<void> {
    try {
      await this.parts.tracker.refresh();
    } catch (error) {
      this.parts.log.warn("The node's figures could not be saved; the next audit will", { reason: messageOf(error) });
    }
    this.running = undefined;
    if (this.again) {
      this.again = false;
      this.usageChanged();
    }
  }
}
