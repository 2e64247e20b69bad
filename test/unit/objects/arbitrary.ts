import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { definitionOf } from '../../../src/objects/definitions.js';
import type { FieldType } from '../../../src/objects/fieldtype.js';
import type { ObjectName, Primitive } from '../../../src/objects/index.js';
import { pythonJson } from '../../../src/objects/pythonjson.js';
import { formatIsoTime } from '../../../src/objects/time.js';

interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly novaObject?: readonly string[];
}

const generated = new URL('../../../src/objects/generated/schemas.json', import.meta.url);
const { Envelope, ...schemas } = JSON.parse(readFileSync(generated, 'utf8')) as Record<string, Schema>;

export { Envelope, schemas };
export const objectNames = Object.keys(schemas) as ObjectName[];

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const address = fc.ipV4();
const meta = fc.dictionary(fc.constantFrom('mtu', 'tenant_id', 'é'), fc.oneof(text, fc.integer(), fc.boolean()), {
  noNullPrototype: true,
});

const ip = fc.record({ address, type: fc.constantFrom('fixed', 'dns'), version: fc.constant(4), meta });
const fixedIp = fc.record({
  address,
  type: fc.constant('fixed'),
  version: fc.constant(4),
  meta,
  floating_ips: fc.array(ip, { maxLength: 1 }),
});
const route = fc.record({ cidr: fc.constant('10.1.0.0/16'), gateway: ip, interface: fc.constant(null), meta });
const subnet = fc.record({
  cidr: fc.constant('10.0.0.0/24'),
  dns: fc.array(ip, { maxLength: 1 }),
  gateway: ip,
  ips: fc.array(fixedIp, { maxLength: 2 }),
  routes: fc.array(route, { maxLength: 1 }),
  version: fc.constant(4),
  meta,
});
const network = fc.record({
  id: fc.uuid(),
  bridge: text,
  label: text,
  subnets: fc.array(subnet, { maxLength: 2 }),
  meta,
});

/** An interface with all members, in the order in which Nova writes them. */
export const vif = fc.record({
  id: fc.uuid(),
  address: fc.constant('fa:16:3e:00:00:01'),
  network,
  type: fc.constantFrom('ovs', 'bridge'),
  details: fc.record({ port_filter: fc.boolean(), ratio: fc.constantFrom(0.5, 0.00001, 1) }),
  devname: fc.constant('tap11111111-11'),
  ovs_interfaceid: fc.option(fc.uuid()),
  qbh_params: fc.constant(null),
  qbg_params: fc.constant(null),
  active: fc.boolean(),
  vnic_type: fc.constant('normal'),
  profile: fc.dictionary(text, fc.integer(), { maxKeys: 2, noNullPrototype: true }),
  preserve_on_delete: fc.boolean(),
  delegate_create: fc.boolean(),
  meta,
});

const formats: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'iso-time': fc
    .date({ min: new Date('1900-01-01'), max: new Date('9999-01-01'), noInvalidDate: true })
    .map(formatIsoTime),
  ip: fc.oneof(address, fc.constantFrom('2001:db8::1', '::1')),
  ipv4: address,
  ipv6: fc.constantFrom('2001:db8::1', '::1'),
  'json-list': fc.array(vif, { maxLength: 2 }).map((vifs) => pythonJson(vifs)),
  'json-object': vif.map((one) => pythonJson(one)),
};

const simple: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  boolean: fc.boolean(),
  integer: fc.integer(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  string: text,
};

/** Nova's pattern for PCI addresses lets anything stand for its dot. */
function exactly(pattern: string): RegExp {
  return new RegExp(pattern.replace('.[0-7]', '\\.[0-7]').replace(/\$?$/, '$'));
}

function ofText(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum.filter((value) => value !== null));
  if (schema.pattern !== undefined) return fc.stringMatching(exactly(schema.pattern));
  return formats[schema.format ?? ''] ?? text;
}

function ofList(schema: Schema, type: FieldType | undefined, depth: number): fc.Arbitrary<unknown> {
  const member = ofField(schema.items ?? {}, type?.of, depth);
  return type?.kind === 'set' ? fc.uniqueArray(member, { maxLength: 3 }) : fc.array(member, { maxLength: 2 });
}

function ofField(schema: Schema, type: FieldType | undefined, depth: number): fc.Arbitrary<unknown> {
  const [kind = '', nullable] = [schema.type ?? []].flat();
  const value = (() => {
    if (schema.novaObject !== undefined)
      return fc.constantFrom(...schema.novaObject).chain((one) => ofObject(one, depth - 1));
    if (kind === 'array') return ofList(schema, type, depth);
    if (kind === 'object')
      return fc.dictionary(text, ofField(schema.additionalProperties ?? {}, type?.of, depth), {
        maxKeys: 3,
        noNullPrototype: true,
      });
    return kind === 'string' ? ofText(schema) : (simple[kind] ?? fc.anything());
  })();
  return nullable === 'null' ? fc.option(value, { freq: 4 }) : value;
}

/** Fields that take less than their schema says. */
const odd: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  img_hv_requested_version: fc.constantFrom('>=1.0', '>1.0,<2.0'),
};

function hasChanges(value: unknown): boolean {
  return (value as Primitive | null)?.['nova_object.changes'] !== undefined;
}

/** Changes as a sender tells them: a field with a changed object in it is among them. */
function consistent(name: string, data: Readonly<Record<string, unknown>>, changed: readonly string[]): string[] {
  const isList = definitionOf(name)?.isList === true;
  const inherited = Object.keys(data).filter((field) => {
    const value = data[field];
    return hasChanges(value) || (isList && field === 'objects' && Array.isArray(value) && value.some(hasChanges));
  });
  return [...new Set([...changed, ...inherited])].filter((field) => Object.hasOwn(data, field));
}

/** Any valid object of this name, as it travels; nested objects down to `depth`. */
export function ofObject(name: string, depth = 2): fc.Arbitrary<Primitive> {
  const definition = definitionOf(name);
  const fields = Object.entries(schemas[name]?.properties ?? {}).filter(
    ([, schema]) => depth > 0 || !JSON.stringify(schema).includes('novaObject'),
  );
  const model = fields.map(([field, schema]) => {
    const value = odd[field] ?? ofField(schema, definition?.fields.get(field), depth);
    return [field, value] as const;
  });
  return fc
    .tuple(
      fc.record(Object.fromEntries(model), { requiredKeys: [], noNullPrototype: true }),
      fc.subarray(fields.map(([field]) => field)),
    )
    .map(([data, changed]) => {
      const changes = consistent(name, data, changed);
      return {
        'nova_object.name': name,
        'nova_object.namespace': 'nova',
        'nova_object.version': definition?.version ?? '1.0',
        'nova_object.data': data,
        ...(changes.length === 0 ? {} : { 'nova_object.changes': changes }),
      };
    });
}

/** Any valid object. */
export const anyObject: fc.Arbitrary<Primitive> = fc.constantFrom(...objectNames).chain((name) => ofObject(name));
