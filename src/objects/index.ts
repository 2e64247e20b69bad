// The room's door: Nova's versioned objects.
export { create } from './create.js';
export { dehydrate, expectObject, hydrate, isObject } from './hydrate.js';
export { manifest, remoteMethodKind } from './manifest.js';
export { NovaObject, type FieldName, type FieldsOf } from './object.js';
export type { Primitive } from './primitive.js';
export { ObjectValidator } from './validate.js';
export { applyUpdates } from './updates.js';
export type { Vif, VifFixedIp, VifIp, VifNetwork, VifRoute, VifSubnet } from './vif.js';
export type { ObjectFields, ObjectName } from './generated/fields.js';
export type * from './names.js';
