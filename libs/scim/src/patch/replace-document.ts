import {
  copyDocument,
  equalValues,
  isComplex,
  type DocumentDraft,
  type ScimDocument,
} from '../document/scim-document.js';
import { mutability } from '../errors/scim-error.js';
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
  keepImmutable(resourceType.attributes, document, draft);
  for (const { schema } of resourceType.extensions) {
    const before = document[schema.id];
    if (!isComplex(before)) continue;
    const after = draft[schema.id];
    const extension = isComplex(after) ? copyDocument(after) : copyDocument({});
    keepImmutable(schema.attributes, before, extension);
    if (Object.keys(extension).length > 0) draft[schema.id] = extension;
  }
  const { changed } = diffDocuments(document, draft);
  return changed.length === 0 ? { document, changed } : { document: draft, changed };
}

function keepImmutable(set: AttributeSet, before: ScimDocument, draft: DocumentDraft): void {
  for (const { name, mutability: kind } of set) {
    const old = before[name];
    if (kind !== 'immutable' || old === undefined) continue;
    if (draft[name] === undefined) draft[name] = old;
    else if (!equalValues(old, draft[name])) throw mutability(`${name} is immutable.`);
  }
}
