import { kindOf } from '../../errors/kinds.js';
import type { LocalImage } from '../../compute/ports/containers.js';
import type { Engine } from '../engine/engine.js';
import { inspectImage } from '../engine/images.js';
import type { ImageInspect } from '../engine/wire.js';
import { SEALED_LABEL } from '../labels.js';

/** The image that stands under our name, or undefined. */
export async function findLocal(engine: Engine, imageId: string, reference: string): Promise<LocalImage | undefined> {
  try {
    return localImage(imageId, reference, await inspectImage(engine, reference));
  } catch (error) {
    if (kindOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

/** An image of the engine's as the manager knows it. */
export function localImage(imageId: string, reference: string, inspect: ImageInspect): LocalImage {
  // Some engines leave out what is empty, others say null.
  const config: Partial<ImageInspect['Config']> = inspect.Config;
  const sealed = config.Labels?.[SEALED_LABEL];
  return {
    imageId,
    reference,
    defaults: {
      entrypoint: listOf(config.Entrypoint),
      command: listOf(config.Cmd),
      labels: config.Labels ?? {},
      variables: listOf(config.Env).map((variable) => variable.replace(/=.*/s, '')),
      volumes: Object.keys(config.Volumes ?? {}),
      ...(config.Healthcheck && { health: healthOf(config.Healthcheck) }),
    },
    sizeBytes: inspect.Size,
    ...(sealed !== undefined && { sealed }),
  };
}

const NS_PER_S = 1_000_000_000;

function healthOf({
  Interval: interval = 0,
  StartInterval: startInterval = 0,
}: NonNullable<ImageInspect['Config']['Healthcheck']>): NonNullable<LocalImage['defaults']['health']> {
  return { intervalS: interval / NS_PER_S, startIntervalS: startInterval / NS_PER_S };
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}
