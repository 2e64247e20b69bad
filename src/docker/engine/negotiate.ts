import { ServiceError } from '../../errors/kinds.js';
import type { EngineVersion } from './wire.js';

/** Engine 20.10. Older ones lack what containers are made with here. */
const OLDEST_API = '1.41';
/** Engine 29. Newer engines still speak it. */
const NEWEST_API = '1.52';

/** The API version to speak with an engine: its newest that is known here. Throws Unsupported. */
export function negotiate(engine: Pick<EngineVersion, 'Version' | 'ApiVersion' | 'MinAPIVersion'>): string {
  if (older(engine.ApiVersion, OLDEST_API)) {
    throw new ServiceError(
      'Unsupported',
      `Docker Engine ${engine.Version} is too old: version 20.10 (API ${OLDEST_API}) or newer is needed.`,
    );
  }
  if (engine.MinAPIVersion !== undefined && older(NEWEST_API, engine.MinAPIVersion)) {
    throw new ServiceError(
      'Unsupported',
      `Docker Engine ${engine.Version} answers only API ${engine.MinAPIVersion} and newer; this service speaks up to ${NEWEST_API}.`,
    );
  }
  return older(engine.ApiVersion, NEWEST_API) ? engine.ApiVersion : NEWEST_API;
}

function older(left: string, right: string): boolean {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor === rightMajor ? leftMinor < rightMinor : leftMajor < rightMajor;
}
