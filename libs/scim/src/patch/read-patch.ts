import { isRawObject, readField } from '../document/raw-object.js';
import { isList, type ScimValue } from '../document/scim-document.js';
import {
  invalidPath,
  invalidSyntax,
  invalidValue,
  mutability,
  noTarget,
  payloadTooLarge,
} from '../errors/scim-error.js';
import { type Filter, type ResolvedFilter } from '../filter/filter.js';
import { resolveValueFilter } from '../filter/resolve-filter.js';
import { type AttributePath } from '../path/attribute-path.js';
import { asPathError, parsePath, printPath } from '../path/parse-path.js';
import { type AttributeDefinition, type SchemaDefinition } from '../schema/attribute-definition.js';
import { findAttribute, isAttributeName, type FoundAttribute } from '../schema/attribute-reference.js';
import { MEMBERS_MAX } from '../schema/define-schema.js';
import { type ResourceType } from '../schema/resource-type.js';
import { ValueReader } from '../schema/value-reader.js';
import { type PatchTolerance } from './patch-tolerance.js';
import {
  PATCH_OPERATIONS_MAX,
  PATCH_STEPS_MAX,
  type ParsedPatch,
  type PatchOperation,
  type PatchOptions,
} from './patch.js';

export const PATCH_MESSAGE_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

type Found = Extract<FoundAttribute, { kind: 'attribute' }>;
type SetOp = 'add' | 'replace';

/**
 * Reads the body of a PATCH into normal form. Throws 400 `invalidSyntax` for a body that is no PATCH, `invalidPath`,
 * `invalidValue`, `noTarget` for a `remove` without a path, and 413 for too many operations or values.
 */
export function readPatch(
  resourceType: ResourceType,
  body: unknown,
  tolerance: PatchTolerance,
  options: PatchOptions,
): ParsedPatch {
  if (!isRawObject(body)) throw invalidSyntax('The body is not a JSON object.');
  const operations = readField(body, 'Operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw invalidSyntax('Operations is not a list of one or more operations.');
  }
  if (operations.length > PATCH_OPERATIONS_MAX) {
    throw payloadTooLarge(`The request has more than ${PATCH_OPERATIONS_MAX} operations.`);
  }
  const reader = new PatchReader(resourceType, tolerance, options);
  const schemas = readField(body, 'schemas');
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_MESSAGE_URN)) reader.warnMissingSchema();
  for (const operation of operations) reader.readOperation(operation);
  return reader.result();
}

/** Takes operations apart until each sets or removes one thing that a definition describes. */
export class PatchReader {
  readonly #resourceType: ResourceType;
  readonly #tolerance: PatchTolerance;
  readonly #rejects: boolean;
  readonly #reader: ValueReader;
  readonly #operations: PatchOperation[] = [];
  #values = 0;

  constructor(resourceType: ResourceType, tolerance: PatchTolerance, options: PatchOptions) {
    this.#resourceType = resourceType;
    this.#tolerance = tolerance;
    this.#rejects = options.unknownAttributes === 'reject';
    this.#reader = new ValueReader(tolerance);
  }

  result(): ParsedPatch {
    return { operations: this.#operations, warnings: this.#reader.warnings.all };
  }

  warnMissingSchema(): void {
    this.#reader.warn('missingSchema', PATCH_MESSAGE_URN);
  }

  readOperation(raw: unknown): void {
    if (!isRawObject(raw)) throw invalidSyntax('An operation is not a JSON object.');
    const op = this.#operator(readField(raw, 'op'));
    const pathText = readField(raw, 'path') ?? '';
    if (typeof pathText !== 'string') throw invalidPath('The path of an operation is not a text.');
    const value = readField(raw, 'value');
    if (op === 'remove') {
      if (pathText === '') throw noTarget('A remove operation has no path.');
      this.remove(parsePath(pathText), value);
    } else if (value === undefined) {
      throw invalidValue(`A ${op} operation has no value.`);
    } else if (pathText === '') {
      this.#setAll(op, value);
    } else {
      this.set(op, parsePath(pathText), value, true);
    }
  }

  /** `isPath` tells a path the client wrote from a key in a value, where readOnly attributes are only ever ignored. */
  set(op: SetOp, path: AttributePath, raw: unknown, isPath: boolean): void {
    const found = findAttribute(this.#resourceType, path);
    if (found === undefined) {
      this.#unknown(printPath(path));
    } else if (found.kind === 'schema') {
      this.#setSchema(op, found.schema, path, raw);
    } else if (this.#isWritable(found, path, isPath)) {
      this.#setAttribute(op, found, path, raw);
    }
  }

  remove(path: AttributePath, raw: unknown): void {
    const found = findAttribute(this.#resourceType, path);
    if (found === undefined) {
      this.#unknown(printPath(path));
    } else if (found.kind === 'schema') {
      this.#removeSchema(found.schema, path);
    } else if (this.#isWritable(found, path, true)) {
      const target = canonicalPath(found, path);
      const isWhole = target.filter === undefined && target.subAttribute === undefined;
      if (!isWhole || !found.definition.multiValued || !this.#tolerance.removesListedValues)
        this.#emitRemove(target);
      else this.#removeValues(found.definition, target, raw);
    }
  }

  #operator(raw: unknown): SetOp | 'remove' {
    const op = raw === 'add' || raw === 'replace' || raw === 'remove' ? raw : this.#tolerance.operator(raw);
    if (op === 'add' || op === 'replace' || op === 'remove') return op;
    throw invalidSyntax('The op of an operation is not add, replace or remove.');
  }

  /** RFC 7644 s3.5.2.1, s3.5.2.3: without a path the value is a set of attributes of the resource. */
  #setAll(op: SetOp, raw: unknown): void {
    if (!isRawObject(raw)) throw invalidValue(`A ${op} operation without a path has no object as its value.`);
    const seen = new Set<string>();
    for (const key of Object.keys(raw)) {
      if (key === 'schemas') continue;
      const urn = this.#schemaPath(key);
      const path = urn ?? (isAttributeName(key) ? { attribute: key } : this.#tolerance.key(key));
      if (path === undefined) this.#unknown(key);
      else this.#setKey(op, path, raw[key], seen);
    }
  }

  #schemaPath(key: string): AttributePath | undefined {
    if (!key.includes(':')) return undefined;
    const urn =
      this.#resourceType.schemasByUrn.get(key.toLowerCase())?.id ??
      this.#tolerance.misnamedSchema(this.#resourceType, key);
    if (urn === undefined) return undefined;
    const colon = urn.lastIndexOf(':');
    return { schema: urn.slice(0, colon), attribute: urn.slice(colon + 1) };
  }

  /** `URN` as a path, or as a key: its value is a set of attributes of that schema. */
  #setSchema(op: SetOp, schema: SchemaDefinition, path: AttributePath, raw: unknown): void {
    if (this.#reader.isUnassigned(raw)) {
      this.#removeSchema(schema, path);
      return;
    }
    refuseFilter(path);
    if (!isRawObject(raw)) throw invalidValue(`${schema.id} is not an object.`);
    const seen = new Set<string>();
    for (const key of Object.keys(raw)) {
      const inner = isAttributeName(key) ? { attribute: key } : this.#tolerance.key(key);
      if (inner === undefined) this.#unknown(key);
      else this.#setKey(op, { ...inner, schema: schema.id }, raw[key], seen);
    }
  }

  /**
   * A key of a value, where `seen` are those before it. Names are the same in any case (RFC 7643 s2.1), so of an attribute that is
   * there twice nobody could say which is meant. A selection may be: it says of each value what it is to be.
   */
  #setKey(op: SetOp, path: AttributePath, raw: unknown, seen: Set<string>): void {
    const found = path.filter === undefined ? findAttribute(this.#resourceType, path) : undefined;
    if (found !== undefined) {
      const name = found.kind === 'schema' ? found.schema.id : printPath(canonicalPath(found, path));
      if (seen.has(name)) throw invalidValue(`${name} appears twice.`);
      seen.add(name);
    }
    this.set(op, path, raw, false);
  }

  #removeSchema(schema: SchemaDefinition, path: AttributePath): void {
    refuseFilter(path);
    for (const { name, mutability: kind } of schema.attributes) {
      if (kind !== 'readOnly' && kind !== 'writeOnly')
        this.remove({ schema: schema.id, attribute: name }, null);
    }
  }

  #setAttribute(op: SetOp, found: Found, path: AttributePath, raw: unknown): void {
    const { definition, subDefinition } = found;
    const target = canonicalPath(found, path);
    if (subDefinition !== undefined) {
      this.#reader.within(definition.name, () => this.#setOrUnset(op, target, subDefinition, raw));
    } else if (!definition.multiValued) {
      if (definition.type === 'complex') this.#setComplex(op, definition, target, raw);
      else this.#setOrUnset(op, target, definition, raw);
    } else if (target.filter !== undefined) {
      const value = this.#reader.readElement(definition, raw);
      if (value === undefined) this.#emitRemove(target);
      else this.#emit({ op, path: target, value });
    } else {
      const value = this.#reader.read(definition, raw);
      if (value !== undefined) this.#emit({ op, path: target, value });
      else if (op === 'replace') this.#emitRemove(target);
    }
  }

  #setOrUnset(op: SetOp, path: AttributePath, definition: AttributeDefinition, raw: unknown): void {
    const value = this.#reader.read(definition, raw);
    if (value !== undefined) this.#emit({ op, path, value });
    else if (this.#tolerance.keepsWhenEmpty(definition)) this.#reader.warn('emptyValue', printPath(path));
    else this.#emitRemove(path);
  }

  /**
   * RFC 7644 s3.5.2.3: sub-attributes that are given replace, those that are not stay. One operation for each, so that a
   * null among them removes just that one.
   */
  #setComplex(op: SetOp, definition: AttributeDefinition, path: AttributePath, raw: unknown): void {
    const object = this.#reader.rawObject(definition, raw);
    if (object === undefined) {
      this.#emitRemove(path);
      return;
    }
    const seen = new Set<string>();
    for (const key of Object.keys(object)) {
      const subDefinition = definition.subAttributes.find(key);
      const place = `${printPath(path)}.${key}`;
      if (subDefinition === undefined) {
        this.#unknown(place);
      } else if (subDefinition.mutability === 'writeOnly') {
        this.#reader.warn('secretDropped', place);
      } else if (subDefinition.mutability !== 'readOnly') {
        if (seen.has(subDefinition.name))
          throw invalidValue(`${printPath(path)}.${subDefinition.name} appears twice.`);
        seen.add(subDefinition.name);
        const target = Object.freeze({ ...path, subAttribute: subDefinition.name });
        this.#reader.within(definition.name, () => this.#setOrUnset(op, target, subDefinition, object[key]));
      }
    }
  }

  #removeValues(definition: AttributeDefinition, path: AttributePath, raw: unknown): void {
    if (this.#reader.isUnassigned(raw) || (Array.isArray(raw) && raw.length === 0)) {
      this.#emitRemove(path);
      return;
    }
    const values = this.#reader.read(definition, raw);
    // A list that names nobody removes nobody: reading it as "all" would empty the attribute.
    if (isList(values)) this.#emit({ op: 'remove', path, values });
  }

  #isWritable({ definition, subDefinition }: Found, path: AttributePath, isPath: boolean): boolean {
    const either = [definition.mutability, subDefinition?.mutability];
    if (either.includes('writeOnly')) {
      this.#reader.warn('secretDropped', printPath(path));
      return false;
    }
    if (!either.includes('readOnly')) return true;
    if (this.#rejects && isPath) throw mutability(`${printPath(path)} is readOnly.`);
    this.#reader.warn('readOnlyAttribute', printPath(path));
    return false;
  }

  #unknown(path: string): void {
    if (this.#rejects)
      throw invalidPath('The request names an attribute that no schema of the resource defines.');
    this.#reader.warn('unknownAttribute', path);
  }

  #emitRemove(path: AttributePath): void {
    this.#emit({ op: 'remove', path });
  }

  #emit(operation: PatchOperation): void {
    this.#values += countValues(operation.op === 'remove' ? operation.values : operation.value);
    if (this.#values > MEMBERS_MAX) {
      throw payloadTooLarge(`The request sets or removes more than ${MEMBERS_MAX} values.`);
    }
    if (this.#operations.length >= PATCH_STEPS_MAX) {
      throw payloadTooLarge(`The request changes more than ${PATCH_STEPS_MAX} attributes.`);
    }
    this.#operations.push(Object.freeze(operation));
  }
}

function countValues(value: ScimValue | undefined): number {
  return isList(value) ? value.length : 1;
}

/** The path under canonical names, its filter checked against the attribute it selects from. */
function canonicalPath({ extension, definition, subDefinition }: Found, path: AttributePath): AttributePath {
  const { filter } = path;
  if (filter !== undefined && !definition.multiValued) {
    throw invalidPath(`${definition.name} has one value; the path cannot select from it.`);
  }
  return Object.freeze({
    ...(extension === undefined ? {} : { schema: extension.id }),
    attribute: definition.name,
    ...(filter === undefined
      ? {}
      : { filter: asPathError(() => plainFilter(resolveValueFilter(filter, definition))) }),
    ...(subDefinition === undefined ? {} : { subAttribute: subDefinition.name }),
  });
}

/** A resolved filter without its definitions: canonical names, typed literals, plain JSON. */
function plainFilter(filter: ResolvedFilter): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return Object.freeze({ kind: filter.kind, filters: Object.freeze(filter.filters.map(plainFilter)) });
    case 'not':
      return Object.freeze({ kind: 'not', filter: plainFilter(filter.filter) });
    case 'present':
      return Object.freeze({ kind: 'present', path: Object.freeze({ attribute: filter.path.attribute }) });
    case 'comparison': {
      const { operator, value } = filter;
      return Object.freeze({
        kind: 'comparison',
        path: Object.freeze({ attribute: filter.path.attribute }),
        operator,
        value,
      });
    }
    case 'valuePath':
      throw invalidPath('A path cannot select within a selection.');
  }
}

function refuseFilter(path: AttributePath): void {
  if (path.filter !== undefined) throw invalidPath('A schema has no values to select from.');
}
