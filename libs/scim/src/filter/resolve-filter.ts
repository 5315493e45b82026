import { invalidFilter, sensitive } from '../errors/scim-error.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { findAttribute, printReference, type AttributeReference } from '../schema/attribute-reference.js';
import { type AttributeSet } from '../schema/attribute-set.js';
import { epochMs } from '../schema/date-time.js';
import { type ResourceType } from '../schema/resource-type.js';
import {
  type ComparisonFilter,
  type ComparisonOperator,
  type Filter,
  type FilterLiteral,
  type ResolvedAttribute,
  type ResolvedFilter,
} from './filter.js';

type Resolve = (reference: AttributeReference) => ResolvedAttribute;

/**
 * Checks a filter against the schema and returns it with canonical names, definitions and typed literals.
 *
 * - A complex attribute that has a `value` is compared by it: `emails co "x"`, `members eq "id"`, `manager eq "id"`.
 * - Literals are read by the type of their attribute: `"True"` is true for a boolean, `2020-01-01` the first instant
 *   of that day for a dateTime (which becomes UTC with milliseconds), `42` is text for a string.
 * - `eq null` becomes `not (... pr)`, `ne null` becomes `... pr` (RFC 7643 s2.5: null is unassigned).
 *
 * Throws 400 `invalidFilter` for an unknown attribute, an operator that the type does not have (RFC 7644 s3.4.2.2:
 * booleans and binaries have no order) or a literal of another type; 403 `sensitive` for an attribute that is never
 * returned. A filter that is refused must never be taken for "everything".
 */
export function resolveFilter(filter: Filter, resourceType: ResourceType): ResolvedFilter {
  return resolve(filter, (reference) => resolveInResource(resourceType, reference));
}

/**
 * Checks the filter inside `path[...]`, whose names are sub-attributes of `definition`. In a multi-valued attribute of
 * plain values, `value` stands for the value itself.
 */
export function resolveValueFilter(filter: Filter, definition: AttributeDefinition): ResolvedFilter {
  return resolve(filter, (reference) => resolveInValue(definition, reference));
}

function resolve(filter: Filter, resolveReference: Resolve): ResolvedFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return Object.freeze({
        kind: filter.kind,
        filters: Object.freeze(filter.filters.map((each) => resolve(each, resolveReference))),
      });
    case 'not':
      return Object.freeze({ kind: 'not', filter: resolve(filter.filter, resolveReference) });
    case 'present':
      return Object.freeze({ kind: 'present', path: resolveReference(filter.path) });
    case 'valuePath':
      return resolveValuePath(filter.path, filter.filter, resolveReference);
    case 'comparison':
      return resolveComparison(filter, resolveReference);
  }
}

function resolveValuePath(
  reference: AttributeReference,
  inner: Filter,
  resolveReference: Resolve,
): ResolvedFilter {
  const path = resolveReference(reference);
  if (path.subAttribute !== undefined || (path.definition.type !== 'complex' && !path.multiValued)) {
    throw invalidFilter(`${printReference(reference)} has no values to select from.`);
  }
  return Object.freeze({ kind: 'valuePath', path, filter: resolveValueFilter(inner, path.definition) });
}

function resolveComparison(filter: ComparisonFilter, resolveReference: Resolve): ResolvedFilter {
  const named = resolveReference(filter.path);
  if (filter.value === null) {
    const present = Object.freeze({ kind: 'present', path: named } as const);
    if (filter.operator === 'ne') return present;
    if (filter.operator === 'eq') return Object.freeze({ kind: 'not', filter: present });
    throw invalidFilter(`${printReference(filter.path)} can only be equal or not equal to null.`);
  }
  const path = byValue(named, filter.path);
  checkOperator(filter.operator, path);
  return Object.freeze({
    kind: 'comparison',
    path,
    operator: filter.operator,
    value: typedLiteral(filter.value, path),
  });
}

function resolveInResource(resourceType: ResourceType, reference: AttributeReference): ResolvedAttribute {
  const found = findAttribute(resourceType, reference);
  if (found?.kind !== 'attribute') throw invalidFilter(`${printReference(reference)} is not an attribute.`);
  const { extension, definition, subDefinition } = found;
  refuseSecret(definition, reference);
  if (subDefinition !== undefined) refuseSecret(subDefinition, reference);
  return Object.freeze({
    ...(extension === undefined ? {} : { schema: extension.id }),
    attribute: definition.name,
    ...(subDefinition === undefined ? {} : { subAttribute: subDefinition.name }),
    definition: subDefinition ?? definition,
    multiValued: definition.multiValued,
  });
}

function resolveInValue(container: AttributeDefinition, reference: AttributeReference): ResolvedAttribute {
  const definition =
    container.type === 'complex'
      ? container.subAttributes.find(reference.attribute)
      : plainValue(container, reference);
  if (definition === undefined || reference.schema !== undefined || reference.subAttribute !== undefined) {
    throw invalidFilter(`${printReference(reference)} is not a sub-attribute of ${container.name}.`);
  }
  refuseSecret(definition, reference);
  const attribute = container.type === 'complex' ? definition.name : 'value';
  return Object.freeze({ attribute, definition, multiValued: false });
}

function plainValue(
  container: AttributeDefinition,
  reference: AttributeReference,
): AttributeDefinition | undefined {
  return reference.attribute.toLowerCase() === 'value' ? container : undefined;
}

/** RFC 7644 s7.5.2: what is never returned must not be guessed at by filters either. */
function refuseSecret(definition: AttributeDefinition, reference: AttributeReference): void {
  if (definition.returned === 'never' || definition.mutability === 'writeOnly') {
    throw sensitive(`${printReference(reference)} cannot be filtered on.`);
  }
}

/** RFC 7644 s3.4.2.2: comparing a complex attribute compares its `value`. */
function byValue(path: ResolvedAttribute, reference: AttributeReference): ResolvedAttribute {
  if (path.definition.type !== 'complex') return path;
  const value = subValue(path.definition.subAttributes);
  if (value === undefined)
    throw invalidFilter(`${printReference(reference)} can only be compared by a sub-attribute.`);
  refuseSecret(value, reference);
  return Object.freeze({ ...path, subAttribute: value.name, definition: value });
}

function subValue(set: AttributeSet): AttributeDefinition | undefined {
  return set.find('value');
}

const ORDERING: readonly ComparisonOperator[] = ['gt', 'ge', 'lt', 'le'];
const MATCHING: readonly ComparisonOperator[] = ['co', 'sw', 'ew'];

function checkOperator(operator: ComparisonOperator, path: ResolvedAttribute): void {
  const { type, name } = path.definition;
  const ordered = type !== 'boolean' && type !== 'binary';
  const textual = type === 'string' || type === 'reference';
  if ((ORDERING.includes(operator) && !ordered) || (MATCHING.includes(operator) && !textual)) {
    throw invalidFilter(`The operator ${operator} does not apply to ${name}, which is of type ${type}.`);
  }
}

function typedLiteral(value: string | number | boolean, path: ResolvedAttribute): FilterLiteral {
  const typed = literalOfType(value, path.definition);
  if (typed === undefined) {
    throw invalidFilter(
      `${path.definition.name} is of type ${path.definition.type}; the filter's value is not.`,
    );
  }
  return typed;
}

function literalOfType(
  value: string | number | boolean,
  definition: AttributeDefinition,
): FilterLiteral | undefined {
  switch (definition.type) {
    case 'boolean': {
      const text = String(value).toLowerCase();
      return text === 'true' ? true : text === 'false' ? false : undefined;
    }
    case 'integer':
    case 'decimal':
      if (typeof value === 'number') return value;
      return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value))
        ? Number(value)
        : undefined;
    case 'dateTime': {
      const instant = typeof value === 'string' ? epochMs(value) : Number.NaN;
      return Number.isFinite(instant) ? new Date(instant).toISOString() : undefined;
    }
    case 'string':
    case 'reference':
    case 'binary':
      return String(value);
    case 'complex':
      return undefined;
  }
}
