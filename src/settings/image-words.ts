import { matches } from './bounds.js';
import type { InstanceSettings } from './catalogue.js';
import { ruleOf, type Policy, type Rule } from './policy.js';

/** What an image's own configuration brings into a container without anybody setting it: its ENV (names) and LABELs. */
export interface ImageWords {
  readonly variables: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** By which some runtimes hand out devices of the host; they count where the policy says nothing of images and [env]. */
const HAND_OUT_DEVICES = ['NVIDIA_*', 'AMD_VISIBLE_DEVICES', 'HABANA_VISIBLE_DEVICES', 'ASCEND_*'];
/** NVIDIA's runtime gives such an image all devices unless the other is there, be it empty (its "legacy" images). */
const ALL_BY_ABSENCE = { given: 'CUDA_VERSION', absent: 'NVIDIA_VISIBLE_DEVICES' };
/** They only tell of the image, and a snapshot of the server would lose them. */
const DESCRIBING = ['org.opencontainers.image.*', 'org.label-schema.*', 'maintainer'];

/**
 * The settings, and an empty value for each variable and label of the image that the policy would refuse as the image's
 * property: an image is its tenant's, however it says something. What is set for the server goes first. An engine can take
 * no label away, so it is blanked; a variable is, too, since the absence of one may mean "all". Pure.
 */
export function withoutForbiddenWords(settings: InstanceSettings, image: ImageWords, policy: Policy): InstanceSettings {
  const label = blanks(Object.keys(image.labels).filter(isForbiddenLabel(ruleOf(policy, 'label', ''))));
  const env = blanks(forbiddenVariables(image, settings, policy));
  return {
    ...settings,
    ...(env === undefined ? {} : { env: { ...env, ...settings.env } }),
    ...(label === undefined ? {} : { label: { ...label, ...settings.label } }),
  };
}

function forbiddenVariables({ variables }: ImageWords, { env = {} }: InstanceSettings, policy: Policy): string[] {
  const isForbidden = (name: string): boolean => isForbiddenVariable(policy, name);
  const { given, absent } = ALL_BY_ABSENCE;
  const isLegacy = isForbidden(absent) && [...variables, ...Object.keys(env)].includes(given);
  return [...variables.filter(isForbidden), ...(isLegacy ? [absent] : [])];
}

/** `allowed` is not asked, and who may set variables only of one that is named: an image without its PATH does not run. */
function isForbiddenVariable(policy: Policy, name: string): boolean {
  const rule = ruleOf(policy, 'env', name);
  const isImages = rule?.setBy.includes('image') === true;
  if (policy.has(`env:${name}`) && !isImages) return true;
  return isAmong(rule?.bounds.forbidden ?? (isImages ? [] : HAND_OUT_DEVICES), name);
}

function isForbiddenLabel(rule: Rule | undefined): (name: string) => boolean {
  const { allowed = ['*'], forbidden = [] } = rule?.bounds ?? {};
  const mayAny = rule?.setBy.includes('image') === true;
  return (name) => !isAmong(DESCRIBING, name) && (!mayAny || !isAmong(allowed, name) || isAmong(forbidden, name));
}

function isAmong(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => matches(pattern, name));
}

function blanks(names: readonly string[]): Record<string, string> | undefined {
  return names.length === 0 ? undefined : Object.fromEntries(names.map((name) => [name, '']));
}
