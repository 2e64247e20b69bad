import type { Space } from '../machine/space.js';
import type { PackageGroup } from '../releases.js';
import type { Plane, PortName } from '../plane.js';

export interface ConfigFile {
  readonly path: string;
  readonly text: string;
}

/** How a service is started; the runner adds the plane's namespaces, record and log. */
export interface Command {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One daemon of a plane, as data: a table of these is the whole control plane. */
export interface Service {
  readonly name: string;
  readonly packages: readonly PackageGroup[];
  /** Services and steps that must be ready before this one starts. */
  readonly needs: readonly string[];
  /** Those that it works with but need not wait for when it starts. */
  readonly alongside?: readonly string[];
  readonly ports: readonly PortName[];
  /** Written before every start, since ports, paths and options may have changed. */
  files(plane: Plane): readonly ConfigFile[];
  /** What must be there before the first start; called before every start, so it must be quick when done. */
  prepare?(plane: Plane, signal: AbortSignal): Promise<void>;
  command(plane: Plane): Command;
  /** The namespaces in which it runs when they are not the plane's. */
  space?(plane: Plane): Space | null;
  /** Asked again and again after the start. A question that cannot be answered yet is a no. */
  ready(plane: Plane, signal: AbortSignal): Promise<boolean>;
  /** Work that needs the running service, only before it is called ready; must be harmless when repeated. */
  settle?(plane: Plane, signal: AbortSignal): Promise<void>;
  /** Not among a whole plane's services: only where it is named. */
  readonly onDemand?: boolean;
  /** How long it may take to end by itself before it is killed. */
  readonly graceMs?: number;
}
