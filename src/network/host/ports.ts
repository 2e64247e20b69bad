import { KeyedLocks } from '../../compute/locks.js';
import type { Vif } from '../../objects/index.js';
import type { PlugPlan } from '../plan/lines.js';
import { planText } from '../plan/lines.js';
import { nameFiles } from '../plan/name-files.js';
import { deviceName, namesInPlan } from '../plan/names.js';
import { plugPlan } from '../plan/plan.js';
import type { VifSettings } from '../vif-types/nic.js';
import {
  instanceFolder,
  instancesWithFolder,
  isMarkedMuted,
  isThere,
  layOutNames,
  markLeaving,
  mutedInstances,
  readPlan,
  writeFolder,
  type InstanceFolder,
} from './folder.js';
import { dropHold, tellHold, writeHold, type StartWord } from './hold.js';
import { holdsPorts } from './holder.js';
import { isOurRuntime, type PlanRunner } from './runtime.js';

/** What this host has to know about an instance's ports. */
export interface PortsOnHost {
  readonly instanceUuid: string;
  readonly hostname: string;
  readonly vifs: readonly Vif[];
}

export interface HostPortsParts {
  readonly statePath: string;
  readonly settings: VifSettings;
  readonly runner: PlanRunner;
}

/**
 * The host's side of instances' ports: writes the plan and has it carried out.
 *
 * INVARIANTS: the plan is written before anything is made, and an instance's folder goes last, so that whatever is
 * there is found again by its folder. One change at a time per instance.
 */
export class HostPorts {
  readonly #turns = new KeyedLocks();

  constructor(private readonly parts: HostPortsParts) {}

  folder(instanceUuid: string): InstanceFolder {
    return instanceFolder(this.parts.statePath, instanceUuid);
  }

  /**
   * Makes what is missing on this host's side; gives the ids of ports whose device was made anew. A new instance without
   * ports needs nothing there before its container, which has the engine call the runtime: one program less to start.
   */
  async plug(ports: PortsOnHost, signal?: AbortSignal): Promise<readonly string[]> {
    return this.#turns.run(ports.instanceUuid, async () => {
      const folder = this.folder(ports.instanceUuid);
      const isNew = ports.vifs.length === 0 && readPlan(folder) === undefined;
      const plan = await this.#write(ports);
      if (isNew) {
        layOutNames(folder);
        return [];
      }
      const made = await this.parts.runner.plug(folder.path, signal);
      return plan.nics.filter(({ guestName }) => made.includes(guestName)).map(({ portId }) => portId);
    });
  }

  /**
   * Lays out what its container needs to be made, and has the runtime wait at its start for this service's word. False
   * when `program`, which the engine will call, is not the runtime of this version.
   */
  async holdStart(instanceUuid: string, program: string | null): Promise<boolean> {
    if (program === null || !(await isOurRuntime(program))) return false;
    const folder = this.folder(instanceUuid);
    return this.#turns.run(instanceUuid, () => {
      layOutNames(folder);
      writeHold(folder, process.pid);
      return true;
    });
  }

  /** Not in turn: a start that waits must hear of it, whatever else is done with the ports. */
  tellStart(instanceUuid: string, word: StartWord): void {
    tellHold(this.folder(instanceUuid), word);
  }

  allowStart(instanceUuid: string): void {
    dropHold(this.folder(instanceUuid));
  }

  /** Brings everything to what the ports say now, in a running container too: devices that are gone, addresses, names. */
  async apply(ports: PortsOnHost, signal?: AbortSignal): Promise<void> {
    await this.#turns.run(ports.instanceUuid, () => this.#apply(ports, signal));
  }

  /**
   * The same, unless the instance's ports are not plugged here: not yet, which is for who waits for their events, or not
   * any more.
   */
  async applyIfPlugged(ports: PortsOnHost, signal?: AbortSignal): Promise<void> {
    await this.#turns.run(ports.instanceUuid, async () => {
      if (readPlan(this.folder(ports.instanceUuid)) !== undefined) await this.#apply(ports, signal);
    });
  }

  /** Instances that have a folder, in no order. */
  held(): readonly string[] {
    return instancesWithFolder(this.parts.statePath);
  }

  /** Takes its ports down, and keeps them down until `unmute` or the next start of its container. */
  async mute(instanceUuid: string): Promise<void> {
    await this.#turns.run(instanceUuid, () => this.parts.runner.mute(this.folder(instanceUuid).path));
  }

  /** Takes them up again; ports that are not muted are left as they are. */
  async unmute(instanceUuid: string): Promise<void> {
    const folder = this.folder(instanceUuid);
    await this.#turns.run(instanceUuid, async () => {
      if (isMarkedMuted(folder)) await this.parts.runner.unmute(folder.path);
    });
  }

  /** Instances whose ports are muted, in no order. */
  muted(): readonly string[] {
    return mutedInstances(this.parts.statePath);
  }

  /** Whether that container, which was started, has the instance's ports; true for an instance without ports. */
  holds(instanceUuid: string, containerId: string): boolean {
    return holdsPorts(this.folder(instanceUuid), containerId);
  }

  /**
   * The instance is to go, its container first: the runtime, which the engine calls at that end anyway, takes along what is
   * here of an instance without ports. To be followed by `remove`, which then has no program to start.
   */
  async leave(instanceUuid: string): Promise<void> {
    await this.#turns.run(instanceUuid, () => markLeaving(this.folder(instanceUuid)));
  }

  /** Takes everything of the instance away; a start that waits for its ports fails. Nothing there is fine. */
  async remove(instanceUuid: string): Promise<void> {
    const folder = this.folder(instanceUuid);
    tellHold(folder, 'no');
    await this.#turns.run(instanceUuid, async () => {
      if (isThere(folder)) await this.parts.runner.remove(folder.path);
    });
  }

  async #apply(ports: PortsOnHost, signal: AbortSignal | undefined): Promise<void> {
    await this.#write(ports);
    await this.parts.runner.sync(this.folder(ports.instanceUuid).path, signal);
  }

  async #write({ instanceUuid, hostname, vifs }: PortsOnHost): Promise<PlugPlan> {
    const folder = this.folder(instanceUuid);
    const byDevice = namesInPlan(readPlan(folder) ?? '');
    const names = new Map(vifs.flatMap(({ id }) => pair(id, byDevice.get(deviceName('tap', id)))));
    const plan = plugPlan({ instanceUuid, vifs, names }, this.parts.settings);
    await writeFolder(folder, planText(plan), nameFiles(hostname, vifs));
    return plan;
  }
}

function pair(id: string, name: string | undefined): [string, string][] {
  return name === undefined ? [] : [[id, name]];
}
