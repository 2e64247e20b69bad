import type { Config } from '../config/tables.js';
import type { Logger } from '../observe/logger.js';
import { loadPolicy } from '../settings/load-policy.js';
import type { Policy } from '../settings/policy.js';

/** Who may set what of containers, as it is in force; read again with every SIGHUP, also where only the file has changed. */
export class LivePolicy {
  #current: Policy;

  /** @throws {ServiceError} Invalid with every mistake in the file and its line */
  constructor(
    { docker }: Config,
    private readonly log: Logger,
  ) {
    this.#current = loadPolicy(docker.settings_policy_file);
  }

  get current(): Policy {
    return this.#current;
  }

  /** Throws as at the start; then the one in force stays. */
  reload({ docker }: Config): void {
    this.#current = loadPolicy(docker.settings_policy_file);
    this.log.info('Policy of container settings read again', { settings: this.#current.size });
  }
}
