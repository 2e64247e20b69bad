import type { ContainerPlan } from '../../compute/ports/containers.js';
import type { Fragment } from './fragment.js';
import type { SpecHost } from './host.js';

/** Output goes to files that are rotated, whatever the engine's default: the console log is read from them. */
export function logging(_plan: ContainerPlan, { settings }: SpecHost): Fragment {
  const config = { 'max-size': String(settings.logMaxBytes), 'max-file': String(settings.logMaxFiles) };
  return { HostConfig: { LogConfig: { Type: 'json-file', Config: config } } };
}
