import {
  copyDocument,
  emptyDocument,
  equalValues,
  isComplex,
  isEmptyDocument,
  isList,
  type DocumentDraft,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';
import { invalidPath, invalidValue, mutability } from '../errors/scim-error.js';
import { printPath } from '../path/parse-path.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { type AttributeSet } from '../schema/attribute-set.js';
import { type ResourceType } from '../schema/resource-type.js';
import { ComparisonBudget } from './comparison-budget.js';
import { diffDocuments } from './diff-documents.js';
import { patchValues } from './patch-values.js';
import { type PatchOperation, type PatchRequest } from './patch.js';

export interface PatchedDocument {
  readonly document: ScimDocument;
  /** As `diffDocuments` tells it. */
  readonly changed: readonly string[];
}

/**
 * Applies a PATCH, RFC 7644 s3.5.2, one operation after the other, each to what the one before left. Pure: the document
 * that is given stays as it is, and a patch that fails has no effect. A patch that changes nothing returns the very
 * document it was given and no path.
 *
 * - add and replace are the same on single values; sub-attributes that are not named stay.
 * - a path with a filter that selects nothing creates the value it describes (`emails[type eq "work"].value`), or is
 *   400 `noTarget` where it describes none; `remove` of what is not there does nothing.
 * - a value that becomes `primary` takes the mark from the other; a value that is there is not added twice.
 * - 400 `mutability` for a change of an immutable value and for taking a required attribute away, 400 `invalidValue` for
 *   a result beyond its limits or with a new value that lacks a required part.
 * - 413 when it makes more than `COMPARISONS_MAX` comparisons with the values of multi-valued attributes.
 *
 * A group whose members are kept elsewhere is patched by `splitMembership` and the document part of it.
 */
export function applyPatch(
  resourceType: ResourceType,
  document: ScimDocument,
  patch: PatchRequest,
): PatchedDocument {
  let draft: DocumentDraft | undefined;
  const budget = new ComparisonBudget();
  for (const operation of patch.operations) {
    const current: ScimDocument = draft ?? document;
    const target = operation.path.schema;
    if (target === undefined) {
      draft = applyIn(resourceType.attributes, { original: document, current }, operation, budget) ?? draft;
      continue;
    }
    const schema = resourceType.schemasByUrn.get(target.toLowerCase());
    if (schema === undefined) throw unknownPath(operation);
    const home = { original: extensionIn(document, schema.id), current: extensionIn(current, schema.id) };
    const extension = applyIn(schema.attributes, home, operation, budget);
    if (extension === undefined) continue;
    draft ??= copyDocument(document);
    if (isEmptyDocument(extension)) delete draft[schema.id];
    else draft[schema.id] = extension;
  }
  if (draft === undefined) return { document, changed: [] };
  const { changed } = diffDocuments(document, draft);
  if (changed.length === 0) return { document, changed };
  checkRequired(resourceType, document, draft);
  return { document: draft, changed };
}

const NOTHING: ScimDocument = Object.freeze(emptyDocument());

function extensionIn(document: ScimDocument, urn: string): ScimDocument {
  const extension = document[urn];
  return isComplex(extension) ? extension : NOTHING;
}

/** A resource or its extension, before the patch and before the operation. */
interface Home {
  readonly original: ScimDocument;
  readonly current: ScimDocument;
}

/** Returns the changed copy of what is current, or undefined when the operation changes nothing. */
function applyIn(
  set: AttributeSet,
  { original, current }: Home,
  operation: PatchOperation,
  budget: ComparisonBudget,
): DocumentDraft | undefined {
  const definition = set.find(operation.path.attribute);
  if (definition === undefined) throw unknownPath(operation);
  const before = valueIn(current, definition);
  const after = definition.multiValued
    ? applyToValues(definition, before, operation, budget)
    : applyToValue(definition, before, operation);
  if (after === before) return undefined;
  // What was not there may be set by several operations: a complex value is set part by part.
  const kept = definition.mutability === 'immutable' ? valueIn(original, definition) : undefined;
  if (kept !== undefined && !equalValues(kept, after)) throw mutability(`${definition.name} is immutable.`);
  const copy = copyDocument(current);
  if (after === undefined) delete copy[definition.name];
  else copy[definition.name] = after;
  return copy;
}

function valueIn(document: ScimDocument, { name }: AttributeDefinition): ScimValue | undefined {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}

function applyToValues(
  definition: AttributeDefinition,
  before: ScimValue | undefined,
  operation: PatchOperation,
  budget: ComparisonBudget,
): ScimValue | undefined {
  const values = isList(before) ? before : NO_VALUES;
  const isRemoveAll =
    operation.op === 'remove' &&
    operation.values === undefined &&
    operation.path.filter === undefined &&
    operation.path.subAttribute === undefined;
  if (isRemoveAll) return undefined;
  const next = patchValues(definition, values, operation, budget);
  if (next === values) return before;
  return next.length === 0 ? undefined : next;
}

const NO_VALUES: readonly ScimValue[] = Object.freeze([]);

function applyToValue(
  definition: AttributeDefinition,
  before: ScimValue | undefined,
  operation: PatchOperation,
): ScimValue | undefined {
  const name = operation.path.subAttribute;
  const value = operation.op === 'remove' ? undefined : operation.value;
  if (name === undefined)
    return definition.type === 'complex' && value !== undefined ? mergeComplex(before, value) : value;
  const sub = definition.subAttributes.find(name);
  if (sub === undefined) throw unknownPath(operation);
  const complex = isComplex(before) ? before : NOTHING;
  const old = complex[sub.name];
  if (old === value || equalValues(old, value)) return before;
  if (sub.mutability === 'immutable' && old !== undefined) {
    throw mutability(`${definition.name}.${sub.name} is immutable.`);
  }
  const copy = copyDocument(complex);
  if (value === undefined) delete copy[sub.name];
  else copy[sub.name] = value;
  return isEmptyDocument(copy) ? undefined : copy;
}

function mergeComplex(before: ScimValue | undefined, value: ScimValue): ScimValue {
  if (!isComplex(before) || !isComplex(value)) return value;
  const copy = copyDocument(before);
  for (const name of Object.keys(value)) copy[name] = value[name]!;
  return copy;
}

/** RFC 7644 s3.5.2.2: a required attribute cannot be taken away. What was missing before is not this patch's doing. */
function checkRequired(resourceType: ResourceType, before: ScimDocument, after: ScimDocument): void {
  checkKept(resourceType.attributes, before, after, '');
  for (const { schema, required } of resourceType.extensions) {
    const old = before[schema.id];
    const current = after[schema.id];
    if (current === old) continue;
    if (isComplex(current))
      checkKept(schema.attributes, isComplex(old) ? old : undefined, current, `${schema.id}:`);
    else if (required) throw mutability(`${schema.id} is required.`);
  }
}

function checkKept(
  set: AttributeSet,
  before: ScimDocument | undefined,
  after: ScimDocument,
  prefix: string,
): void {
  for (const { name } of set.required) {
    if (after[name] !== undefined) continue;
    if (before === undefined) throw invalidValue(`${prefix}${name} is required.`);
    if (before[name] !== undefined) throw mutability(`${prefix}${name} is required and cannot be removed.`);
  }
}

function unknownPath(operation: PatchOperation): Error {
  return invalidPath(`${printPath(operation.path)} is not an attribute of this resource.`);
}
