import { isRawObject, readField, type RawObject } from '../document/raw-object.js';
import { invalidCount, invalidPath, invalidSyntax, invalidValue } from '../errors/scim-error.js';
import { type Filter } from '../filter/filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { parseReference, type AttributeReference } from '../schema/attribute-reference.js';

export const SEARCH_MESSAGE_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** Resources in a page when the client does not say. */
export const COUNT_DEFAULT = 100;
/** Most resources in a page. */
export const COUNT_MAX = 1000;
/** Largest `startIndex`; beyond it no list goes. */
export const START_INDEX_MAX = 2 ** 31 - 1;

/** What a list request asks for, RFC 7644 s3.4.2 and RFC 9865. Plain JSON. */
export interface ListQuery {
  /** Parsed, not resolved. */
  readonly filter?: Filter;
  /** Not resolved. */
  readonly sortBy?: AttributeReference;
  readonly sortOrder: 'ascending' | 'descending';
  /** From 1. */
  readonly startIndex: number;
  /** 0 to COUNT_MAX; 0 asks for the total alone. */
  readonly count: number;
  /** Given for cursor paging (RFC 9865); empty for the first page. */
  readonly cursor?: string;
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/**
 * Parses the query of a list request, its parameter names in any case; unknown ones are passed over and of a repeated
 * one the first counts. A negative `count` is 0 and a `startIndex` below 1 is 1 (RFC 7644 s3.4.2.4); a larger `count` is
 * capped. Throws 400 `invalidFilter`, `invalidPath` for `sortBy`, `invalidValue`, and `invalidCount` with a cursor.
 */
export function parseListQuery(query: URLSearchParams | RawObject): ListQuery {
  const parameters = query instanceof URLSearchParams ? Object.fromEntries(firsts(query)) : query;
  return readQuery((name) => parameterText(readField(parameters, name), name));
}

/** Parses the body of a POST to `/.search`, RFC 7644 s3.4.3, like `parseListQuery`. Throws 400 `invalidSyntax` too. */
export function parseSearchRequest(body: unknown): ListQuery {
  if (!isRawObject(body)) throw invalidSyntax('The body is not a JSON object.');
  return readQuery((name) => searchField(readField(body, name), name));
}

function readQuery(read: (name: string) => string | readonly string[] | undefined): ListQuery {
  const filter = text(read('filter'));
  const sortBy = text(read('sortBy'));
  const cursor = text(read('cursor'));
  const attributes = list(read('attributes'));
  const excludedAttributes = list(read('excludedAttributes'));
  return {
    ...(filter === undefined || filter === '' ? {} : { filter: parseFilter(filter) }),
    ...(sortBy === undefined || sortBy === '' ? {} : { sortBy: sortReference(sortBy) }),
    sortOrder: readSortOrder(text(read('sortOrder'))),
    startIndex: Math.min(
      Math.max(readInteger(text(read('startIndex')), 1, 'startIndex'), 1),
      START_INDEX_MAX,
    ),
    count: readCount(text(read('count')), cursor !== undefined),
    ...(cursor === undefined ? {} : { cursor: boundedCursor(cursor) }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(excludedAttributes === undefined ? {} : { excludedAttributes }),
  };
}

function* firsts(query: URLSearchParams): Iterable<[string, string]> {
  const seen = new Set<string>();
  for (const [name, value] of query) {
    if (!seen.has(name)) yield [name, value];
    seen.add(name);
  }
}

function parameterText(raw: unknown, name: string): string | undefined {
  const value: unknown = Array.isArray(raw) ? raw[0] : raw;
  if (value === undefined || typeof value === 'string') return value;
  throw invalidValue(`${name} is not a text.`);
}

function searchField(raw: unknown, name: string): string | readonly string[] | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (typeof raw === 'string') return raw;
  if (typeof raw === 'number' && (name === 'startIndex' || name === 'count')) return String(raw);
  const isNames = name === 'attributes' || name === 'excludedAttributes';
  if (isNames && Array.isArray(raw) && raw.every((each) => typeof each === 'string')) return raw;
  throw invalidValue(`${name} has the wrong type.`);
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function list(value: string | readonly string[] | undefined): readonly string[] | undefined {
  if (value === undefined || value.length === 0) return undefined;
  return typeof value === 'string' ? [value] : value;
}

function sortReference(name: string): AttributeReference {
  const reference = parseReference(name);
  if (reference === undefined) throw invalidPath('sortBy is not an attribute.');
  return reference;
}

function readSortOrder(value: string | undefined): 'ascending' | 'descending' {
  const order = value === undefined || value === '' ? 'ascending' : value.toLowerCase();
  if (order === 'ascending' || order === 'descending') return order;
  throw invalidValue('sortOrder is neither ascending nor descending.');
}

function readCount(value: string | undefined, isCursor: boolean): number {
  try {
    return Math.min(Math.max(readInteger(value, COUNT_DEFAULT, 'count'), 0), COUNT_MAX);
  } catch (error) {
    throw isCursor ? invalidCount('count is not a whole number.') : error;
  }
}

function readInteger(value: string | undefined, otherwise: number, name: string): number {
  if (value === undefined || value === '') return otherwise;
  if (!/^[+-]?\d{1,15}$/.test(value.trim())) throw invalidValue(`${name} is not a whole number.`);
  return Number(value);
}

const CURSOR_LENGTH_MAX = 2048;

function boundedCursor(cursor: string): string {
  if (cursor.length > CURSOR_LENGTH_MAX) throw invalidValue('cursor is too long.');
  return cursor;
}
