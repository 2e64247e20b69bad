import { ServiceError } from '../../../errors/kinds.js';
import type { ImageFacts } from '../../../compute/ports/images.js';
import type { PullLine } from '../../engine/registry.js';
import { watchStall, type StallLimits } from '../stall.js';
import { imageUnacceptable } from '../unacceptable.js';

export interface PullLimits extends StallLimits {
  readonly maxImageBytes: number;
  readonly progress: (bytes: number, ofBytes: number) => void;
}

/** While the engine does this to a layer, it may be silent for long: what it waits for is its own disk. */
const WORKING = new Set(['Extracting', 'Verifying Checksum']);

/** Follows what the engine tells of a pull; ends one that stalls or grows too large. */
export class PullWatch {
  readonly #layers = new Map<string, { readonly status: string; readonly current: number; readonly total: number }>();
  #movedAt: number;

  constructor(
    private readonly image: ImageFacts,
    private readonly limits: PullLimits,
  ) {
    this.#movedAt = limits.clock.now().getTime();
  }

  /** Throws Invalid when the layers are larger, still packed, than an image may be. */
  take({ id, status = '', progressDetail = {} }: PullLine): void {
    this.#movedAt = this.limits.clock.now().getTime();
    if (id === undefined) return;
    const before = this.#layers.get(id) ?? { current: 0, total: 0 };
    this.#layers.set(id, { ...before, ...progressDetail, status });
    const layers = [...this.#layers.values()];
    const ofBytes = layers.reduce((sum, layer) => sum + layer.total, 0);
    const { maxImageBytes, progress } = this.limits;
    if (ofBytes > maxImageBytes) {
      throw imageUnacceptable(this.image.id, `it is larger than this host takes (${maxImageBytes} bytes)`);
    }
    progress(
      layers.reduce((sum, layer) => sum + layer.current, 0),
      ofBytes,
    );
  }

  /** Runs until the signal aborts, or gives the pull up. */
  watch(signal: AbortSignal, giveUp: (reason: ServiceError) => void): Promise<void> {
    const { stallTimeoutMs } = this.limits;
    const isWorking = (): boolean => [...this.#layers.values()].some(({ status }) => WORKING.has(status));
    return watchStall(
      this.limits,
      signal,
      () => (isWorking() ? undefined : this.#movedAt),
      () => {
        const text = `The download of image ${this.image.id} stalled: nothing came from its registry for ${stallTimeoutMs / 1000} s.`;
        giveUp(new ServiceError('Timeout', text));
      },
    );
  }
}
