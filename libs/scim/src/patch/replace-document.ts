import {
  copyDocument,
  equalValues,
  isComplex,
  type DocumentDraft,
  type ScimDocument,
} from '../document/scim-document.js';
import { invalidValue, mutability } from '../errors/scim-error.js';
import { type SchemaDefinition } from '../schema/attribute-definition.js';
import { type AttributeSet } from '../schema/attribute-set.js';
import { type ResourceType } from '../schema/resource-type.js';
import { type PatchedDocument } from './apply-patch.js';
import { diffDocuments } from './diff-documents.js';

/**
 * Applies a PUT, RFC 7644 s3.5.1: the replacement, as `parseResource` made it, takes the place of the document. Attributes
 * it lacks are removed, except immutable ones, which stay; an immutable attribute it would change is 400 `mutability`.
 * A replacement that changes nothing returns the very document it was given and no path.
 */
export function replaceDocument(
  resourceType: ResourceType,
  document: ScimDocument,
  replacement: ScimDocument,
): PatchedDocument {
  const draft = copyDocument(replacement);
  keepImmutable(resourceType.attributes, document, draft, '');
  for (const { schema } of resourceType.extensions) {
    const before = document[schema.id];
    if (!isComplex(before)) continue;
    const after = draft[schema.id];
    const extension = isComplex(after) ? copyDocument(after) : copyDocument({});
    keepImmutable(schema.attributes, before, extension, `${schema.id}:`);
    if (Object.keys(extension).length === 0) continue;
    checkRequired(schema, extension);
    draft[schema.id] = extension;
  }
  const { changed } = diffDocuments(document, draft);
  return changed.length === 0 ? { document, changed } : { document: draft, changed };
}

function keepImmutable(set: AttributeSet, before: ScimDocument, draft: DocumentDraft, prefix: string): void {
  for (const { name, mutability: kind, subAttributes } of set) {
    const old = before[name];
    const next = draft[name];
    if (old === undefined) continue;
    if (kind !== 'immutable') {
      // The parts of a value last as long as the value does.
      if (isComplex(old) && isComplex(next)) {
        const value = copyDocument(next);
        keepImmutable(subAttributes, old, value, `${prefix}${name}.`);
        draft[name] = value;
      }
    } else if (next === undefined) draft[name] = old;
    else if (!equalValues(old, next)) throw mutability(`${prefix}${name} is immutable.`);
  }
}

/** An immutable attribute that stays keeps its extension, which a replacement may have left out whole. */
function checkRequired({ attributes, id }: SchemaDefinition, extension: ScimDocument): void {
  for (const { name } of attributes.required) {
    if (extension[name] === undefined) throw invalidValue(`${id}:${name} is required.`);
  }
}
