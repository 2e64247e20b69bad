import { COUNT, SECONDS, single, type Unit } from '../setting.js';
import { readInteger, readSeconds } from '../values.js';
import { commandWords } from '../words.js';

/** How the engine finds out whether the container is well: `none` switches off what the image brings. */
export type HealthTest = readonly ['NONE'] | readonly ['CMD', ...string[]] | readonly ['CMD-SHELL', string];

const own = <T extends number>(unit: Unit) => ({ measure: { unit, of: (value: T) => value } });

export const healthSettings = {
  healthcheck: single(readTest),
  healthcheck_interval: single(readSeconds, own(SECONDS)),
  healthcheck_timeout: single(readSeconds, own(SECONDS)),
  healthcheck_start_period: single(readSeconds, own(SECONDS)),
  healthcheck_retries: single(readInteger(1), own(COUNT)),
};

/** A JSON list is run as it is; any other text by the shell of the container. */
function readTest(text: string): HealthTest {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'none') return ['NONE'];
  return trimmed.startsWith('[') ? ['CMD', ...commandWords(trimmed)] : ['CMD-SHELL', trimmed];
}
