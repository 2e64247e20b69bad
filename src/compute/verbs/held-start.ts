import { kindOf, messageOf } from '../../errors/kinds.js';
import type { InstanceOperation } from '../operation.js';
import type { ContainerKey } from '../ports/containers.js';

/**
 * A start that the engine works on already, and that waits for the instance's ports (`Networks.holdStart` was called).
 *
 * INVARIANT: the server's command runs only after `go`, and once.
 */
export class HeldStart {
  readonly #started: Promise<string>;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly op: InstanceOperation,
    private readonly key: ContainerKey,
  ) {
    this.#started = op.parts.containers.start(key);
    this.#started.catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /**
   * The ports are there. Gives the engine's id of the container, which runs. A start that had failed for another reason than
   * the container itself is tried again: it was early.
   */
  async go(): Promise<string> {
    const early = this.#failure;
    await this.op.parts.networks.letStart(this.key.instanceUuid);
    if (early === undefined) return this.#started;
    if (kindOf(early.error) === 'Invalid') throw early.error;
    this.op.log.info('An early start failed; the container is started again', { reason: messageOf(early.error) });
    return this.op.parts.containers.start(this.key);
  }

  /** There will be no ports. Returns when the engine has let go of the container. */
  async giveUp(): Promise<void> {
    await this.op.parts.networks.refuseStart(this.key.instanceUuid);
    await this.#started.catch(() => undefined);
  }
}
