import { kindOf, messageOf } from '../../errors/kinds.js';
import { mainKey } from '../guest.js';
import { startPlugged } from '../guest-ports.js';
import type { InstanceOperation } from '../operation.js';

/**
 * The start of a new server's container, which waits for its ports (`Networks.holdStart` said that it does).
 *
 * INVARIANT: the server's command runs after `go` and not before, and once.
 */
export class EarlyStart {
  readonly #started: Promise<string>;
  #failure: { readonly error: unknown; readonly refused: Promise<void> } | undefined;

  constructor(private readonly op: InstanceOperation) {
    this.#started = op.parts.containers.start(mainKey(op));
    this.#started.catch((error: unknown) => {
      // The runtime may have outlived the engine that called it, and must not be let go with the next one.
      this.#failure = { error, refused: refuse(op) };
    });
  }

  /**
   * The ports are there. Gives the engine's id of the container, which runs. A start that had failed for another reason than
   * the container itself is tried again: it was early.
   */
  async go(): Promise<string> {
    const { parts, log } = this.op;
    if (this.#failure === undefined) {
      await parts.networks.letStart(this.op.instance.get('uuid'));
      return this.#started;
    }
    const { error, refused } = this.#failure;
    await refused;
    if (kindOf(error) === 'Invalid') throw error;
    log.info('An early start failed; the container is started again', { reason: messageOf(error) });
    return startPlugged(parts, mainKey(this.op));
  }

  /** There will be no ports. Returns when the engine has let go of the container. */
  async giveUp(): Promise<void> {
    await refuse(this.op);
    await this.#started.catch(() => undefined);
  }
}

/** Never throws: who refuses has a reason to tell of already. */
export async function refuse({ instance, parts, log }: InstanceOperation): Promise<void> {
  try {
    await parts.networks.refuseStart(instance.get('uuid'));
  } catch (error) {
    log.error('A start that waits for ports could not be refused; it ends with this service', { error });
  }
}
