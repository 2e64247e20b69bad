import { OUR_LABELS } from '../labels.js';
import { asObject, asObjects, asStrings, type Json } from '../images/archive/shapes.js';

/** What becomes of an image's layers, from the bottom up. */
export interface LayerChanges {
  readonly kept: readonly boolean[];
  readonly added: readonly { readonly kind: string; readonly diffId: string }[];
}

/** What stands in an image's configuration of the one container that it was made of. */
const OF_ONE_CONTAINER = ['container', 'container_config', 'parent', 'id'];
const OF_ONE_HOST = ['Hostname', 'Domainname', 'MacAddress', 'Image', 'AttachStdin', 'AttachStdout', 'AttachStderr'];

/**
 * The configuration of a container's image as it leaves this host: what it runs, under whom and how stays; whose it was
 * goes, and labels are added. Pure.
 */
export function leavingConfiguration(
  configuration: Json,
  layers: LayerChanges,
  { now, labels: added = {} }: { readonly now: Date; readonly labels?: Readonly<Record<string, string>> },
): Json {
  const kept = without(configuration, OF_ONE_CONTAINER);
  const config = asObject(configuration['config']) ?? {};
  const labels = Object.entries(asObject(config['Labels']) ?? {}).filter(([name]) => !name.startsWith(OUR_LABELS));
  const cleaned = {
    ...kept,
    config: { ...without(config, OF_ONE_HOST), Labels: { ...Object.fromEntries(labels), ...added } },
  };
  const isSame = layers.added.length === 0 && layers.kept.every((one) => one);
  return isSame ? cleaned : withLayers(cleaned, layers, now);
}

function withLayers(configuration: Json, { kept, added }: LayerChanges, now: Date): Json {
  const rootfs = asObject(configuration['rootfs']) ?? {};
  const layers = (asStrings(rootfs['diff_ids']) ?? []).filter((_, index) => kept[index] ?? true);
  const steps = added.map(({ kind }) => ({
    ...{ created: now.toISOString(), created_by: kind, comment: 'nova-compute-docker' },
  }));
  return {
    ...configuration,
    rootfs: { ...rootfs, type: 'layers', diff_ids: [...layers, ...added.map(({ diffId }) => diffId)] },
    history: [...keptSteps(asObjects(configuration['history']) ?? [], kept), ...steps],
  };
}

/** Each layer is a step of its own; some steps made none. */
function keptSteps(history: readonly Json[], kept: readonly boolean[]): readonly Json[] {
  let layer = -1;
  return history.filter((step) => {
    if (step['empty_layer'] === true) return true;
    layer += 1;
    return kept[layer] ?? true;
  });
}

function without(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));
}
