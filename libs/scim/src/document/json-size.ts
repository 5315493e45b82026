import { isComplex, isList, type ScimDocument, type ScimValue } from './scim-document.js';

/**
 * True when the document takes more than `bytesMax` bytes of UTF-8 as JSON, escapes and all. A document of common size is
 * decided without writing it: from the most that texts of their lengths can take.
 */
export function exceedsJsonBytes(document: ScimDocument, bytesMax: number): boolean {
  if (boundOf(document) <= bytesMax) return false;
  return Buffer.byteLength(JSON.stringify(document), 'utf8') > bytesMax;
}

/** A control character is written as `\u0001`; no character takes more. */
const BYTES_PER_UNIT_MAX = 6;
/** Of a number, a boolean, and of what stands around any value: quotes, brackets, a comma, a colon. */
const BYTES_PER_VALUE_MAX = 32;

function boundOf(value: ScimValue): number {
  if (typeof value === 'string') return value.length * BYTES_PER_UNIT_MAX + BYTES_PER_VALUE_MAX;
  let bound = BYTES_PER_VALUE_MAX;
  if (isList(value)) for (const each of value) bound += boundOf(each);
  else if (isComplex(value))
    for (const name of Object.keys(value)) bound += name.length * BYTES_PER_UNIT_MAX + boundOf(value[name]!);
  return bound;
}
