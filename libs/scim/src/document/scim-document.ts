/** A value without parts. Dates, references and binaries are strings, as in JSON. */
export type ScimScalar = string | number | boolean;

/** Anything an attribute can hold. `null` is not among them: an unassigned attribute is absent (RFC 7643 s2.5). */
export type ScimValue = ScimScalar | ScimDocument | readonly ScimValue[];

/**
 * A resource, or a complex value, under canonical attribute names. The documents this library makes have no
 * prototype, so a name such as `constructor` finds nothing; extension attributes are nested under their schema's URN.
 */
export interface ScimDocument {
  readonly [attribute: string]: ScimValue;
}

/** A document under construction. */
export interface DocumentDraft {
  [attribute: string]: ScimValue;
}

/** A new document without a prototype. */
export function emptyDocument(): DocumentDraft {
  return Object.create(null) as DocumentDraft;
}

/** A shallow copy without a prototype. */
export function copyDocument(document: ScimDocument): DocumentDraft {
  const copy = emptyDocument();
  for (const key of Object.keys(document)) copy[key] = document[key]!;
  return copy;
}

/** True for a complex value, false for a scalar, a list or nothing. */
export function isComplex(value: ScimValue | undefined): value is ScimDocument {
  return typeof value === 'object' && !Array.isArray(value);
}

/** True for the values of a multi-valued attribute. */
export function isList(value: ScimValue | undefined): value is readonly ScimValue[] {
  return Array.isArray(value);
}

/** True when the document has no attribute at all. */
export function isEmptyDocument(document: ScimDocument): boolean {
  for (const _key in document) return false;
  return true;
}

/** Equality by content: lists in order, documents whatever the order of their attributes. */
export function equalValues(left: ScimValue | undefined, right: ScimValue | undefined): boolean {
  if (left === right) return true;
  if (isList(left)) {
    if (!isList(right) || left.length !== right.length) return false;
    return left.every((element, position) => equalValues(element, right[position]));
  }
  if (!isComplex(left) || !isComplex(right)) return false;
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && equalValues(left[name], right[name]));
}
