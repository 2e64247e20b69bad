import { kindOf } from '../../errors/kinds.js';
import type { ContainerKey, Making } from '../../compute/ports/containers.js';
import type { Engine } from '../engine/engine.js';
import { inspectImage } from '../engine/images.js';
import type { ContainerInspect } from '../engine/wire.js';
import { localImage } from '../images/local.js';
import type { ContainerParts } from './parts.js';
import { containerMissing } from './refusals.js';

/** See the port. What is below `lxcfsFolder` every container is given anew when it is made. */
export async function making(
  { engine, ours }: ContainerParts,
  key: ContainerKey,
  lxcfsFolder: string,
): Promise<Making> {
  const occupant = await ours.look(key);
  if (occupant.whose !== 'ours') throw containerMissing(key);
  const { inspect } = occupant;
  const reference = await nameOfImage(engine, inspect);
  const image = localImage(reference, reference, await inspectImage(engine, reference));
  const isLxcfs = (path: string): boolean => lxcfsFolder !== '' && path.startsWith(`${lxcfsFolder}/`);
  const mounts = (inspect.HostConfig.Mounts ?? []).filter(({ Type: type, Source: path }) => {
    return type === 'bind' && !isLxcfs(path);
  });
  const files = mounts.map(({ Source: hostPath, Target: guestPath, ReadOnly: readOnly = false }) => {
    return { hostPath, guestPath, readOnly };
  });
  return { image, files };
}

/** The name that it was made by, as long as that means the same image. */
async function nameOfImage(engine: Engine, { Image: id, Config: { Image: name } }: ContainerInspect): Promise<string> {
  try {
    return (await inspectImage(engine, name)).Id === id ? name : id;
  } catch (error) {
    if (kindOf(error) === 'NotFound') return id;
    throw error;
  }
}
