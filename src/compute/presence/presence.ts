import { kindOf, messageOf, ServiceError } from '../../errors/kinds.js';
import type { Logger } from '../../observe/logger.js';
import type { Service } from '../../objects/index.js';
import type { ServiceRecords } from '../ports/services.js';
import { controlPlaneOf, OLDEST_VERSION, type ControlPlane } from './control-plane.js';

export interface PresenceParts {
  readonly records: ServiceRecords;
  readonly host: string;
  readonly log: Logger;
}

/**
 * Our row among Nova's services: made at the control plane's own version, kept alive by reports, and brought along
 * when the control plane is upgraded under us.
 *
 * INVARIANTS: report_count only grows (conductor takes it as the sign of life); a record that an operator deleted is
 * not made again before a restart; `disabled` and `forced_down` are never written here.
 */
export class Presence {
  readonly #parts: PresenceParts;
  #service: Service | undefined;
  #controlPlane: ControlPlane | undefined;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Throws when asked for before `detect`. */
  get controlPlane(): ControlPlane {
    if (this.#controlPlane === undefined) throw new ServiceError('Internal', 'The control plane is not known yet.');
    return this.#controlPlane;
  }

  /** The row's id, for the compute node that belongs to it. */
  get serviceId(): number | undefined {
    return this.#service?.peek('id');
  }

  /** Whether operators have taken this host out of scheduling. */
  get isDisabled(): boolean {
    return this.#service?.peek('disabled') ?? false;
  }

  /** Reads which release the control plane is; true when that is news. */
  async detect(): Promise<boolean> {
    const found = await this.#parts.records.minimumVersion('nova-conductor');
    const version = Math.max(found, OLDEST_VERSION);
    if (found > 0 && found < OLDEST_VERSION) {
      throw new ServiceError(
        'Unsupported',
        `The control plane's nova-conductor has service version ${found}; the oldest served is ${OLDEST_VERSION} (Zed).`,
      );
    }
    const isNews = this.#controlPlane?.version !== version;
    this.#controlPlane = controlPlaneOf(version);
    return isNews;
  }

  /** Makes the row, or takes it over and writes our version into it. */
  async register(): Promise<void> {
    const { records, host, log } = this.#parts;
    const { version } = this.controlPlane;
    const service = (await records.find(host)) ?? (await records.create(host, version));
    this.#service = service;
    await this.#writeVersion();
    log.info('Registered with Nova', { host, serviceVersion: version, disabled: service.peek('disabled') ?? false });
  }

  /** One sign of life. Never throws: a lost one is made up for by the next. */
  async report(): Promise<void> {
    const service = this.#service;
    if (service === undefined) return;
    service.set('report_count', (service.peek('report_count') ?? 0) + 1);
    try {
      await this.#parts.records.save(service);
    } catch (error) {
      if (kindOf(error) === 'NotFound') {
        this.#service = undefined;
        this.#parts.log.error('An operator deleted our service record; restart this service to register again');
      } else {
        this.#parts.log.warn('The report to Nova did not get through', { reason: messageOf(error) });
      }
    }
  }

  /** Looks whether the control plane was upgraded and follows it; true when it was. */
  async follow(): Promise<boolean> {
    if (!(await this.detect())) return false;
    await this.#writeVersion();
    return true;
  }

  async #writeVersion(): Promise<void> {
    const service = this.#service;
    if (service === undefined || service.peek('version') === this.controlPlane.version) return;
    service.set('version', this.controlPlane.version);
    await this.#parts.records.save(service);
  }
}
