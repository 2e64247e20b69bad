import { ServiceError } from '../errors/kinds.js';
import { definitionOf } from './definitions.js';
import type { ObjectName } from './generated/fields.js';
import { NovaObject, type FieldName, type FieldsOf } from './object.js';

/**
 * A new object with these fields, all of them changed, at the version of the oldest release served (every newer one takes
 * it) unless another is named.
 */
export function create<N extends ObjectName>(
  name: N,
  fields: Partial<FieldsOf<N>>,
  options: { readonly version?: string } = {},
): NovaObject<N> {
  const version = options.version ?? definitionOf(name)?.version;
  if (version === undefined) throw new ServiceError('Internal', `${name} is no object of Nova's that we know`);
  const made = new NovaObject<N>({
    'nova_object.name': name,
    'nova_object.namespace': 'nova',
    'nova_object.version': version,
    'nova_object.data': {},
  });
  for (const [field, value] of Object.entries(fields)) {
    made.set(field as FieldName<N>, value as FieldsOf<N>[FieldName<N>]);
  }
  return made;
}
