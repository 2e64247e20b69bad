import type { Redactor } from '../../observe/redact.js';

const LONGEST = 160;

/**
 * JSON as an indented tree for people: versioned objects by name and version with their fields, long texts cut,
 * secrets masked.
 */
export function tree(value: unknown, redactor: Redactor, indent = ''): readonly string[] {
  const shown = redactor.data(plain(value));
  const head = (shown as Partial<Shown> | null)?.[''];
  return [...(head === undefined ? [] : [`${indent}(${head})`]), ...branches(shown, indent)];
}

interface Shown {
  readonly '': string;
}

/** Objects of Nova become maps whose key '' says what they are; so they are half as deep, and redacted by field names. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const name = fields['nova_object.name'];
  if (typeof name !== 'string')
    return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, plain(item)]));
  const head: Shown = { '': `${name} ${String(fields['nova_object.version'])}${changesOf(fields)}` };
  return { ...head, ...(plain(fields['nova_object.data']) as object) };
}

function changesOf(fields: Readonly<Record<string, unknown>>): string {
  const changes = fields['nova_object.changes'];
  return Array.isArray(changes) && changes.length > 0 ? `, changed: ${changes.join(', ')}` : '';
}

function branches(value: unknown, indent: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${indent}${leaf(value)}`];
  const entries = Array.isArray(value) ? value.map((item) => ['-', item] as const) : Object.entries(value);
  return entries
    .filter(([key]) => key !== '')
    .flatMap(([key, item]) => {
      const label = key === '-' ? `${indent}- ` : `${indent}${key}: `;
      if (isLeaf(item)) return [`${label}${leaf(item)}`];
      return [`${label}${(item as Partial<Shown>)[''] ?? ''}`.trimEnd(), ...branches(item, `${indent}  `)];
    });
}

function isLeaf(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0;
}

function leaf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  const text = typeof value === 'string' ? value.replaceAll('\n', '\\n') : String(value);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
