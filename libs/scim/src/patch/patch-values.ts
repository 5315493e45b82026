import {
  copyDocument,
  isComplex,
  isEmptyDocument,
  isList,
  equalValues,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';
import { invalidValue, mutability, noTarget } from '../errors/scim-error.js';
import { type ResolvedFilter } from '../filter/filter.js';
import { matchesValue } from '../filter/matches-filter.js';
import { resolveValueFilter } from '../filter/resolve-filter.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { isPrimary, mergeRepeatedValues } from '../schema/repeated-values.js';
import { asPathError } from '../path/parse-path.js';
import { type ComparisonBudget } from './comparison-budget.js';
import { type PatchOperation, type RemoveOperation, type SetOperation } from './patch.js';
import { ListedValues, literalsOf, selectValues, ValueIndex } from './value-selection.js';

/**
 * Applies one operation to the values of a multi-valued attribute. Returns the same list when nothing changes. Throws
 * 413 when the patch as a whole would make more comparisons than `budget` has left.
 */
export function patchValues(
  definition: AttributeDefinition,
  values: readonly ScimValue[],
  operation: PatchOperation,
  budget: ComparisonBudget,
): readonly ScimValue[] {
  const { filter: parsed } = operation.path;
  const filter = parsed === undefined ? undefined : asPathError(() => resolveValueFilter(parsed, definition));
  budget.spendOnAll(values, filter);
  const patched =
    operation.op === 'remove'
      ? removeValues(definition, values, operation, filter, budget)
      : setValues(definition, values, operation, filter, budget);
  if (patched === values) return values;
  const next = mayRepeat(operation) ? mergeRepeatedValues(patched) : patched;
  if (next.length > definition.valuesMax) {
    throw invalidValue(`${definition.name} would hold more than ${definition.valuesMax} values.`);
  }
  checkRequired(definition, values, next);
  return next;
}

/** Only a change of what makes a value the same as another can make two of them one. */
function mayRepeat({ path: { filter, subAttribute } }: PatchOperation): boolean {
  if (subAttribute !== undefined) return subAttribute === 'value' || subAttribute === 'type';
  return filter !== undefined;
}

function removeValues(
  definition: AttributeDefinition,
  values: readonly ScimValue[],
  { path, values: listed }: RemoveOperation,
  filter: ResolvedFilter | undefined,
  budget: ComparisonBudget,
): readonly ScimValue[] {
  if (listed !== undefined) return keepUnlisted(values, listed, budget);
  // Removing what is not there is no error: the request that is sent again after a lost answer must succeed.
  const selected = selectValues(values, filter);
  if (selected.size === 0) return values;
  if (path.subAttribute === undefined) return values.filter((_value, position) => !selected.has(position));
  const name = path.subAttribute;
  return values.flatMap((value, position) => {
    if (!selected.has(position) || !isComplex(value) || value[name] === undefined) return [value];
    refuseImmutable(definition, name);
    const copy = copyDocument(value);
    delete copy[name];
    return isEmptyDocument(copy) ? [] : [copy];
  });
}

function keepUnlisted(
  values: readonly ScimValue[],
  listed: readonly ScimValue[],
  budget: ComparisonBudget,
): readonly ScimValue[] {
  const gone = new ListedValues(listed, budget);
  const kept = values.filter((value) => !gone.has(value));
  return kept.length === values.length ? values : kept;
}

function setValues(
  definition: AttributeDefinition,
  values: readonly ScimValue[],
  operation: SetOperation,
  filter: ResolvedFilter | undefined,
  budget: ComparisonBudget,
): readonly ScimValue[] {
  const { op, path, value } = operation;
  if (filter === undefined && path.subAttribute === undefined) {
    if (!isList(value)) throw invalidValue(`${definition.name} is not a list of values.`);
    return op === 'replace' ? replaceAll(values, value) : addAll(values, value, budget);
  }
  const selected = selectValues(values, filter);
  if (selected.size === 0) return createValue(definition, values, operation, filter, budget);
  const next = values.slice();
  for (const position of selected) {
    next[position] = changed(definition, values[position]!, operation, filter);
  }
  return isSame(values, next) ? values : settlePrimary(values, next, selected);
}

function replaceAll(values: readonly ScimValue[], value: readonly ScimValue[]): readonly ScimValue[] {
  return equalValues(values, value) ? values : value;
}

/** RFC 7644 s3.5.2.1: values are appended; one that is there already changes nothing. */
function addAll(
  values: readonly ScimValue[],
  added: readonly ScimValue[],
  budget: ComparisonBudget,
): readonly ScimValue[] {
  const next = values.slice();
  const index = new ValueIndex(next, budget);
  const marked = new Set<number>();
  let isChanged = false;
  for (const value of added) {
    const position = index.findRepeated(value) ?? next.length;
    const existing = next[position];
    const merged = isComplex(existing) && isComplex(value) ? merge(existing, value) : (existing ?? value);
    if (isPrimary(value)) marked.add(position);
    if (merged === existing) continue;
    isChanged = true;
    if (existing === undefined) index.append(value);
    else index.replace(position, merged);
  }
  return isChanged ? settlePrimary(values, next, marked) : values;
}

/**
 * A path such as `emails[type eq "work"].value` creates the value it does not find. RFC 7644 s3.5.2.3 has noTarget for
 * that, but connectors write so and nothing else. What is created must be what the filter selects, so that the next
 * operation finds it; where the filter does not say what that would be, it is noTarget.
 */
function createValue(
  definition: AttributeDefinition,
  values: readonly ScimValue[],
  { path, value }: SetOperation,
  filter: ResolvedFilter | undefined,
  budget: ComparisonBudget,
): readonly ScimValue[] {
  const created =
    path.subAttribute === undefined ? value : withAttribute(undefined, path.subAttribute, value);
  const whole = isComplex(created) ? merge(literalsOf(filter), created) : created;
  if (filter !== undefined && !matchesValue(filter, whole)) {
    throw noTarget(`No value of ${definition.name} is selected by the path, and none can be made from it.`);
  }
  return addAll(values, [whole], budget);
}

function changed(
  definition: AttributeDefinition,
  existing: ScimValue,
  { op, path, value }: SetOperation,
  filter: ResolvedFilter | undefined,
): ScimValue {
  if (path.subAttribute !== undefined) {
    if (!isComplex(existing)) throw invalidValue(`${definition.name} has no sub-attributes.`);
    const old = existing[path.subAttribute];
    if (equalValues(old, value)) return existing;
    if (old !== undefined) refuseImmutable(definition, path.subAttribute);
    return withAttribute(existing, path.subAttribute, value);
  }
  if (!isComplex(existing) || !isComplex(value)) return value;
  // The literals stay, or the same request sent twice would not find the value it replaced.
  const next = op === 'add' ? merge(existing, value) : merge(literalsOf(filter), value);
  if (equalValues(existing, next)) return existing;
  for (const { name, mutability: kind } of definition.subAttributes) {
    const isKept = existing[name] === undefined || equalValues(existing[name], next[name]);
    if (kind === 'immutable' && !isKept) refuseImmutable(definition, name);
  }
  return next;
}

/**
 * RFC 7644 s3.5.2: a value that becomes primary takes the mark from the one that had it. Of several the operation marks,
 * the one that had the mark keeps it, else the first gets it.
 */
function settlePrimary(
  before: readonly ScimValue[],
  after: readonly ScimValue[],
  marked: ReadonlySet<number>,
): readonly ScimValue[] {
  const candidates = [...marked].filter((position) => isPrimary(after[position]));
  const winner = candidates.find((position) => isPrimary(before[position])) ?? candidates[0];
  if (winner === undefined) return after;
  return after.map((value, position) =>
    position !== winner && isPrimary(value) ? withAttribute(value, 'primary', false) : value,
  );
}

function isSame(before: readonly ScimValue[], after: readonly ScimValue[]): boolean {
  return after.length === before.length && after.every((value, position) => value === before[position]);
}

/** `base` with the attributes of `over`; `base` itself when that changes nothing. */
function merge(base: ScimDocument, over: ScimDocument): ScimDocument {
  if (Object.keys(over).every((name) => equalValues(base[name], over[name]))) return base;
  const copy = copyDocument(base);
  for (const name of Object.keys(over)) copy[name] = over[name]!;
  return copy;
}

function withAttribute(base: ScimDocument | undefined, name: string, value: ScimValue): ScimDocument {
  const copy = copyDocument(base ?? {});
  copy[name] = value;
  return copy;
}

function refuseImmutable(definition: AttributeDefinition, name: string): void {
  if (definition.subAttributes.find(name)?.mutability === 'immutable') {
    throw mutability(`${definition.name}.${name} is immutable.`);
  }
}

function checkRequired(
  definition: AttributeDefinition,
  before: readonly ScimValue[],
  after: readonly ScimValue[],
): void {
  for (const { name } of definition.subAttributes.required) {
    if (after.some((value) => isComplex(value) && value[name] === undefined && !before.includes(value))) {
      throw invalidValue(`${definition.name}.${name} is required.`);
    }
  }
}
