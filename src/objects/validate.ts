import { createRequire } from 'node:module';
import type * as AjvModule from 'ajv';
import type { Ajv, AnySchemaObject, ErrorObject, FuncKeywordDefinition, ValidateFunction } from 'ajv';
import { ServiceError } from '../errors/kinds.js';
import { definitionOf } from './definitions.js';
import { formats } from './formats.js';
import { isPrimitive, type Primitive } from './primitive.js';
import { describe, escapeSegment, isTolerable, problemOf, type Problem } from './problems.js';
import { standingOf } from './version.js';

/** So many problems of one message are told; the first is nearly always the cause of the others. */
const TOLD = 3;

/** The schemas' own keyword: a list of the objects that may stand in a place. */
const OBJECT_KEYWORD = 'novaObject';

type KeywordCheck = ReturnType<NonNullable<FuncKeywordDefinition['compile']>>;

const require = createRequire(import.meta.url);

/**
 * Checks messages against the JSON schemas of the objects in them. A schema is compiled when an object of that name is
 * first seen (a few ms each) and kept as long as the validator, of which one is enough.
 */
export class ObjectValidator {
  #ajv: Ajv | undefined;
  #schemas: ReadonlyMap<string, AnySchemaObject> | undefined;
  readonly #compiled = new Map<string, ValidateFunction>();

  /**
   * Checks every versioned object in a JSON value. Throws Invalid whose message names the fields that are wrong and what
   * they should be: `instance.flavor.memory_mb: must be integer`; `what` is what the path begins with, if anything.
   *
   * Unknown objects, unknown fields and newer minor versions pass; a newer minor may also hold values of enumerations
   * that we do not know. Another major version does not pass.
   */
  validate(value: unknown, what = ''): void {
    const problems = this.#within(value, '');
    if (problems.length === 0) return;
    const told = problems.slice(0, TOLD).map((problem) => describe(what, problem));
    const more = problems.length > TOLD ? ` (and ${problems.length - TOLD} more)` : '';
    throw new ServiceError('Invalid', told.join('; ') + more);
  }

  /** In any JSON: the objects are found by their looks. */
  #within(value: unknown, pointer: string): readonly Problem[] {
    if (isPrimitive(value)) return this.#inObject(value, pointer);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, held]) => this.#within(held, `${pointer}/${escapeSegment(key)}`));
  }

  #inObject(primitive: Primitive, pointer: string): readonly Problem[] {
    const envelope = this.#errorsOf('Envelope', primitive);
    if (envelope.length > 0) return envelope.map((error) => problemOf(error, pointer));
    const { 'nova_object.name': name, 'nova_object.version': version, 'nova_object.data': data } = primitive;
    const ours = definitionOf(name)?.version;
    if (ours === undefined) return this.#within(data, pointer);
    const standing = standingOf(version, ours);
    if (standing === 'incompatible') {
      const expected = `is a ${name} of version ${version}; only those of ${ours.replace(/\..*/, '.x')} can be read`;
      return [{ pointer, expected }];
    }
    const errors = this.#errorsOf(name, data).filter((error) => !isTolerable(error, standing === 'newer'));
    return errors.map((error) => problemOf(error, pointer));
  }

  #errorsOf(schema: string, data: unknown): readonly ErrorObject[] {
    const validate = this.#validatorOf(schema);
    return validate(data) ? [] : (validate.errors ?? []);
  }

  #validatorOf(name: string): ValidateFunction {
    const known = this.#compiled.get(name);
    if (known !== undefined) return known;
    this.#schemas ??= new Map(Object.entries(require('./generated/schemas.json') as Record<string, AnySchemaObject>));
    this.#ajv ??= this.#build();
    const made = this.#ajv.compile(this.#schemas.get(name) ?? {});
    this.#compiled.set(name, made);
    return made;
  }

  #build(): Ajv {
    // Loading ajv takes longer than all else in this room: only when there is something to check.
    const { Ajv } = require('ajv') as typeof AjvModule;
    const ajv = new Ajv({
      allErrors: true,
      verbose: true,
      strict: false,
      // The schemas are our own, and a test checks them.
      validateSchema: false,
      meta: false,
      // Saves a third of the time of compiling and costs nothing that can be measured afterwards.
      code: { optimize: false },
      formats: Object.fromEntries(Object.entries(formats).map(([name, { validate }]) => [name, validate])),
    });
    ajv.addKeyword({
      keyword: OBJECT_KEYWORD,
      type: 'object',
      errors: 'full',
      compile: (names: readonly string[]) => this.#keyword(names),
    });
    return ajv;
  }

  #keyword(names: readonly string[]): KeywordCheck {
    const check: KeywordCheck = (data: unknown, context) => {
      const problems = this.#oneOf(names, data, context?.instancePath ?? '');
      // Judged with the version of the object that they are in: under this keyword the outer object lets them be.
      check.errors = problems.map(({ pointer, expected }) => ({
        keyword: OBJECT_KEYWORD,
        instancePath: pointer,
        message: expected,
      }));
      return problems.length === 0;
    };
    return check;
  }

  #oneOf(names: readonly string[], data: unknown, pointer: string): readonly Problem[] {
    const expected = `must be an object ${names.join(' or ')}`;
    if (!isPrimitive(data)) return [{ pointer, expected }];
    const name = data['nova_object.name'];
    // A newer Nova may put an object there that we have never heard of.
    const isWrong = !names.includes(name) && definitionOf(name) !== undefined;
    return isWrong ? [{ pointer, expected }] : this.#inObject(data, pointer);
  }
}
