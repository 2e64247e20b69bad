import { instanceFacts } from '../compute/instance-facts.js';
import { NOVA_ATTRS } from '../compute/instance-attrs.js';
import { ephemeralDisksOf } from '../compute/plan/ephemeral.js';
import { showPlan } from '../compute/plan/guest-plan.js';
import { instanceSettings } from '../compute/plan/instance-settings.js';
import type { EphemeralDisk, LocalImage } from '../compute/ports/containers.js';
import type { ImageFacts, ImageSource } from '../compute/ports/images.js';
import { createConductorFor } from '../conductor/conductor.js';
import type { Config } from '../config/tables.js';
import type { Engine } from '../docker/engine/engine.js';
import { lookAtHost, withLxcfs } from '../docker/host/look.js';
import { findLocal } from '../docker/images/local.js';
import { expectedHash, imageName, referenceOf } from '../docker/images/reference.js';
import { containerName } from '../docker/names.js';
import { containerSpec } from '../docker/spec/container.js';
import { kindOf, messageOf } from '../errors/kinds.js';
import type { Instance } from '../objects/index.js';
import { unobserved } from '../observe/calls.js';
import type { Logger } from '../observe/logger.js';
import { createGlance } from '../openstack/glance.js';
import { loadPolicy } from '../settings/load-policy.js';
import { shownSpec, type ShownSpec } from '../settings/shown.js';
import { openEngine } from './engine.js';
import { hostSystem } from './host-system.js';
import { openInstanceFolders } from './instance-folders.js';
import { LiveConfig } from './live.js';
import { conductorParts, ownContext } from './manager.js';
import { openClient } from './messaging.js';
import { openNetworks } from './networks.js';
import { openCpuPins } from './node.js';
import { openRest, type Rest } from './rest.js';
import { containerSettings, managerSettings } from './settings.js';

/**
 * What this host's engine would be asked for a server's container if it were made now, and which setting came from where.
 * Changes nothing, needs no running service; secrets are left out.
 *
 * @throws {ServiceError} NotFound when Nova knows no such server, Invalid and Conflict as its build would, Unavailable
 */
export async function showSpec(config: Config, log: Logger, instanceUuid: string): Promise<ShownSpec> {
  const life = new AbortController();
  const { transport, client } = openClient(config, log);
  const live = new LiveConfig(config);
  const rest = openRest(live, unobserved);
  try {
    const conductorFor = createConductorFor(conductorParts(live, client, unobserved, log));
    const patience = { signal: life.signal, timeoutMs: config.DEFAULT.rpc_response_timeout * 1000 };
    const conductor = conductorFor(ownContext(), patience);
    const instance = await conductor.instances.get(instanceUuid, NOVA_ATTRS);
    const disks = await ephemeralDisksOf({ instance, conductor }, instance.get('flavor'));
    return await specOf(instance, { live, log, rest, ephemeralDisks: disks });
  } finally {
    life.abort();
    rest.close();
    await client.close();
    await transport.close();
  }
}

interface Surroundings {
  readonly live: LiveConfig;
  readonly log: Logger;
  readonly rest: Rest;
  readonly ephemeralDisks: readonly EphemeralDisk[];
}

async function specOf(instance: Instance, { live, log, rest, ephemeralDisks }: Surroundings): Promise<ShownSpec> {
  const config = live.current;
  const notes: string[] = [];
  const glance = createGlance(rest.glance);
  const { engine, containers } = openEngine(live, glance, unobserved, log);
  const settings = managerSettings(config);
  const image = await recordOf(glance, instance.get('image_ref') ?? '', notes);
  const facts = instanceFacts(instance, settings, { properties: image?.properties });
  const policy = loadPolicy(config.docker.settings_policy_file);
  const { values, origins } = instanceSettings(facts, policy);
  // Nothing is attached for a look.
  const networks = openNetworks(live, { rest, nodeUuid: () => '', observer: unobserved, log });
  const folders = openInstanceFolders(config, containers, log);
  const subject = { instance, parts: { networks, cpus: await openCpuPins(config), folders, settings, policy } };
  const local = await imageOf(engine, { id: facts.imageRef, record: image }, notes);
  const plan = await showPlan(subject, {
    instance: facts,
    settings: values,
    image: local,
    vifs: [],
    injectedFiles: [],
    adminPassword: null,
    ephemeralDisks,
  });
  const system = hostSystem(unobserved);
  const host = await withLxcfs(await lookAtHost(engine, containerSettings(config), system), system);
  return shownSpec({ name: containerName(plan.key), create: { ...containerSpec(plan, host) }, origins, notes });
}

/** Glance's record, whole; Nova keeps of an image's properties the first 255 letters. */
async function recordOf(glance: ImageSource, id: string, notes: string[]): Promise<ImageFacts | undefined> {
  try {
    return await glance.show(id, ownContext());
  } catch (error) {
    if (kindOf(error) === 'Internal') throw error;
    notes.push(`Glance does not show the image (${messageOf(error)}): its properties are as Nova kept them`);
    return undefined;
  }
}

async function imageOf(
  engine: Engine,
  { id, record }: { readonly id: string; readonly record: ImageFacts | undefined },
  notes: string[],
): Promise<LocalImage> {
  const reference = referenceOf(imageName(id, record === undefined ? undefined : expectedHash(record)));
  const local = await findLocal(engine, id, reference);
  if (local !== undefined) return local;
  notes.push('the image is not on this host: whether it names a command is not known');
  // Nothing of these defaults comes into the spec.
  const defaults = { entrypoint: [], command: ['?'], labels: {}, variables: [], volumes: [] };
  return { imageId: id, reference, defaults, sizeBytes: 0 };
}
