import {
  emptyDocument,
  equalValues,
  isComplex,
  type DocumentDraft,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';

export interface DocumentDifference {
  /**
   * What changed, as paths, in the order of the documents: `displayName`, `emails` (multi-valued attributes as a whole),
   * `name.givenName`, `urn:...:User:department`, `urn:...:User:manager.value`.
   */
  readonly changed: readonly string[];
  /** The values before, of the changed paths that had one; nested as in a document. */
  readonly previous: ScimDocument;
}

/** Compares two documents of one resource. Equal documents give no path and an empty `previous`. */
export function diffDocuments(before: ScimDocument, after: ScimDocument): DocumentDifference {
  const changed: string[] = [];
  const previous = emptyDocument();
  diff(before, after, '', changed, previous);
  return { changed, previous };
}

function diff(
  before: ScimDocument,
  after: ScimDocument,
  prefix: string,
  changed: string[],
  previous: DocumentDraft,
): void {
  if (before === after) return;
  for (const name of namesOf(before, after)) {
    const old = own(before, name);
    const current = own(after, name);
    if (old === current) continue;
    if (isComplex(old ?? current) && isComplex(current ?? old)) {
      const inner = emptyDocument();
      // A schema's URN is told by its colons, which no attribute name has; its attributes follow another colon.
      const path = prefix + name + (name.includes(':') ? ':' : '.');
      diff(isComplex(old) ? old : NOTHING, isComplex(current) ? current : NOTHING, path, changed, inner);
      if (Object.keys(inner).length > 0) previous[name] = inner;
    } else if (!equalValues(old, current)) {
      changed.push(prefix + name);
      if (old !== undefined) previous[name] = old;
    }
  }
}

const NOTHING: ScimDocument = Object.freeze(emptyDocument());

function namesOf(before: ScimDocument, after: ScimDocument): readonly string[] {
  const names = Object.keys(before);
  for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) names.push(name);
  return names;
}

function own(document: ScimDocument, name: string): ScimValue | undefined {
  return Object.hasOwn(document, name) ? document[name] : undefined;
}
