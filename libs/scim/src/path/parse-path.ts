import { isRawObject } from '../document/raw-object.js';
import { invalidPath, ScimError } from '../errors/scim-error.js';
import { filterFromJson } from '../filter/filter-from-json.js';
import { FILTER_LENGTH_MAX, type FilterLimits } from '../filter/filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { printFilter } from '../filter/print-filter.js';
import {
  isAttributeName,
  isSchemaUrn,
  parseReference,
  printReference,
  type AttributeReference,
} from '../schema/attribute-reference.js';
import { type AttributePath } from './attribute-path.js';

/**
 * Parses a path: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each with or without `URN:` before it. The forms
 * `URN.attr` and `emails.value` that clients use parse as well; what they mean is for `findAttribute` to say.
 * Throws 400 `invalidPath`, for a filter in it too.
 */
export function parsePath(text: string, limits: FilterLimits = {}): AttributePath {
  if (text.length > FILTER_LENGTH_MAX)
    throw invalidPath(`The path is longer than ${FILTER_LENGTH_MAX} characters.`);
  const trimmed = text.trim();
  const open = trimmed.indexOf('[');
  if (open === -1) return Object.freeze(reference(trimmed));
  const close = trimmed.lastIndexOf(']');
  const attribute = reference(trimmed.slice(0, open).trimEnd());
  const rest = trimmed.slice(close + 1);
  if (close < open || attribute.subAttribute !== undefined || (rest !== '' && !rest.startsWith('.'))) {
    throw unreadable();
  }
  const filter = asPathError(() => parseFilter(trimmed.slice(open + 1, close), limits));
  if (rest === '') return Object.freeze({ ...attribute, filter });
  const subAttribute = rest.slice(1);
  if (!isAttributeName(subAttribute)) throw unreadable();
  return Object.freeze({ ...attribute, filter, subAttribute });
}

/** The text of a path; `parsePath` gives it back. */
export function printPath(path: AttributePath): string {
  if (path.filter === undefined) return printReference(path);
  const { subAttribute, ...attribute } = path;
  const sub = subAttribute === undefined ? '' : `.${subAttribute}`;
  return `${printReference(attribute)}[${printFilter(path.filter)}]${sub}`;
}

/** Parses a path that came as JSON from another process. Throws 400 `invalidPath`. */
export function pathFromJson(value: unknown): AttributePath {
  if (!isRawObject(value)) throw unreadable();
  const { schema, attribute, subAttribute, filter } = value;
  if (typeof attribute !== 'string' || !isAttributeName(attribute)) throw unreadable();
  if (schema !== undefined && (typeof schema !== 'string' || !isSchemaUrn(schema))) throw unreadable();
  if (subAttribute !== undefined && (typeof subAttribute !== 'string' || !isAttributeName(subAttribute))) {
    throw unreadable();
  }
  return Object.freeze({
    ...(schema === undefined ? {} : { schema }),
    attribute,
    ...(filter === undefined ? {} : { filter: asPathError(() => filterFromJson(filter)) }),
    ...(subAttribute === undefined ? {} : { subAttribute }),
  });
}

function reference(text: string): AttributeReference {
  const parsed = parseReference(text);
  if (parsed === undefined) throw unreadable();
  return parsed;
}

/** A bad filter in a path is a bad path (RFC 7644 table 9). */
export function asPathError<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidFilter') {
      throw invalidPath(`In the path: ${error.detail}`);
    }
    throw error;
  }
}

function unreadable(): Error {
  return invalidPath('The path is not understood.');
}
