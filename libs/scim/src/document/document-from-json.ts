import { invalidValue } from '../errors/scim-error.js';
import { emptyDocument, type ScimDocument, type ScimValue } from './scim-document.js';
import { isStorableText } from './text.js';

/** Deepest nesting of a document: a resource, its extension, a complex value and their lists need five. */
export const DOCUMENT_DEPTH_MAX = 16;

const ATTRIBUTE_NAME =
  /^(?:\$ref|[A-Za-z][A-Za-z0-9_-]{0,127}|[A-Za-z][A-Za-z0-9+.-]{0,31}:[\x21-\x7e]{1,255})$/;

/**
 * Rebuilds a document from parsed JSON that this platform wrote itself: a message of the log, a row of the store. The
 * result has no prototype at any level. It checks form only, by no schema; what a client sent goes through the schema.
 *
 * Throws 400 `invalidValue` for anything that is not an object of SCIM values: null, a name that is no attribute name or
 * that every JavaScript object inherits, text that no store can hold, more than `DOCUMENT_DEPTH_MAX` levels.
 */
export function documentFromJson(json: unknown): ScimDocument {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw invalidValue('A document is an object.');
  }
  return documentOf(json, 1);
}

/** As `documentFromJson`, for a single value: what an attribute holds, or one of several. */
export function valueFromJson(json: unknown): ScimValue {
  return valueOf(json, 1);
}

function documentOf(json: object, depth: number): ScimDocument {
  if (depth > DOCUMENT_DEPTH_MAX) {
    throw invalidValue(`A document is nested at most ${DOCUMENT_DEPTH_MAX} levels.`);
  }
  const document = emptyDocument();
  for (const [name, value] of Object.entries(json)) {
    if (!ATTRIBUTE_NAME.test(name) || name in Object.prototype) {
      throw invalidValue('A document has a name that is no attribute name.');
    }
    document[name] = valueOf(value, depth);
  }
  return document;
}

function valueOf(json: unknown, depth: number): ScimValue {
  switch (typeof json) {
    case 'boolean':
      return json;
    case 'number':
      if (Number.isFinite(json)) return json;
      break;
    case 'string':
      if (isStorableText(json)) return json;
      break;
    case 'object':
      if (Array.isArray(json)) return listOf(json, depth + 1);
      if (json !== null) return documentOf(json, depth + 1);
      break;
    default:
  }
  throw invalidValue('A document holds a value that SCIM does not know.');
}

function listOf(json: readonly unknown[], depth: number): readonly ScimValue[] {
  if (depth > DOCUMENT_DEPTH_MAX) {
    throw invalidValue(`A document is nested at most ${DOCUMENT_DEPTH_MAX} levels.`);
  }
  return json.map((element) => valueOf(element, depth));
}
