import { readFileSync } from 'node:fs';
import { parsePolicy, type Policy } from '../../../src/settings/policy.js';
import { resolveSettings, type ResolvedSettings } from '../../../src/settings/resolve.js';
import type { SettingTexts } from '../../../src/settings/written.js';

export const SHIPPED_FILE = new URL('../../../etc/docker-settings.conf', import.meta.url).pathname;

/** The policy that comes with the service. */
export function shippedPolicy(): Policy {
  return parsePolicy(readFileSync(SHIPPED_FILE, 'utf8'), SHIPPED_FILE);
}

/** What is set by these texts, under the shipped policy unless said. */
export function resolved(texts: Partial<SettingTexts>, policy = shippedPolicy()): ResolvedSettings {
  return resolveSettings({ flavor: {}, image: {}, metadata: {}, ...texts }, policy);
}
