import { ServiceError } from '../../errors/kinds.js';
import { answerJson, answerLines } from './answer.js';
import type { Dial, Engine, EngineRequest, RegistryCredentials } from './engine.js';
import { EngineRefusal, engineWords } from './failure.js';
import type { CallLimits } from './limits.js';

/** What a registry says of an image before any of it is fetched. */
export interface RegistryManifest {
  readonly Descriptor: { readonly digest: string };
  readonly Platforms: readonly { readonly architecture?: string; readonly os?: string }[] | null;
}

/** One line of what the engine tells of a pull. */
export interface PullLine {
  readonly status?: string;
  /** A layer's; lines about the whole have none, or the image's name. */
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

/** How the engine is let into a registry; null: as anybody. */
type Credentials = RegistryCredentials | null;

/**
 * Has the engine ask a registry for an image. Throws NotFound, Forbidden, Timeout, and Unavailable when the registry can't
 * be reached: the engine calls that its own failure.
 */
export function inspectInRegistry(
  engine: Engine,
  image: { readonly reference: string; readonly credentials: Credentials },
  limits: CallLimits,
): Promise<RegistryManifest> {
  const path = `/distribution/${image.reference}/json`;
  const request = withCredentials({ method: 'GET', path }, image.credentials);
  return engine.call('registry.inspect', limits, async (dial) => answerJson(await asked(dial, request)));
}

/** Has the engine fetch an image, and tells of every line. Throws as the other, and Unavailable when it breaks off. */
export function pullImage(
  engine: Engine,
  image: { readonly repository: string; readonly digest: string; readonly credentials: Credentials },
  tell: (line: PullLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = { fromImage: image.repository, tag: image.digest };
  const request = withCredentials({ method: 'POST', path: '/images/create', query }, image.credentials);
  return engine.call('registry.pull', { timeoutMs: null, signal }, async (dial) => {
    for await (const line of answerLines<PullLine>(await asked(dial, request))) {
      const message = line.errorDetail?.message ?? line.error;
      if (message !== undefined) throw new ServiceError('Unavailable', engineWords(message));
      tell(line);
    }
  });
}

function withCredentials(request: EngineRequest, credentials: Credentials): EngineRequest {
  return credentials === null ? request : { ...request, credentials };
}

async function asked(dial: Dial, request: EngineRequest): ReturnType<Dial> {
  try {
    return await dial(request);
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.status !== 500) throw error;
    throw new ServiceError('Unavailable', engineWords(error.message), { cause: error });
  }
}
