import { copyDocument, isComplex, type ScimDocument, type ScimValue } from '../document/scim-document.js';

/**
 * Makes one of values that a multi-valued attribute must not have twice: a plain value, or a (type, value) pair (RFC 7643
 * s2.4). The first keeps its place and takes over what the later one says; it stays primary if either was. Returns the
 * same list when nothing repeats.
 */
export function mergeRepeatedValues(values: readonly ScimValue[]): readonly ScimValue[] {
  if (values.length < 2) return values;
  const positions = new Map<string, number>();
  const merged: ScimValue[] = [];
  for (const value of values) {
    const key = repetitionKey(value);
    const position = key === undefined ? undefined : positions.get(key);
    if (position !== undefined) {
      merged[position] = mergeValues(merged[position]!, value);
      continue;
    }
    if (key !== undefined) positions.set(key, merged.length);
    merged.push(value);
  }
  return merged.length === values.length ? values : merged;
}

function repetitionKey(value: ScimValue): string | undefined {
  if (!isComplex(value)) return JSON.stringify(value);
  const { type, value: inner } = value;
  if (inner === undefined) return undefined;
  const pair = typeof inner === 'string' ? `text ${inner}` : `other ${JSON.stringify(inner)}`;
  return typeof type === 'string' ? `${type.toLowerCase()} ${pair}` : ` ${pair}`;
}

function mergeValues(first: ScimValue, later: ScimValue): ScimValue {
  if (!isComplex(first) || !isComplex(later)) return first;
  const merged = copyDocument(first);
  for (const name of Object.keys(later)) merged[name] = later[name]!;
  if (isPrimary(first)) merged['primary'] = true;
  return merged;
}

/** True for a value that is marked as the preferred one (RFC 7643 s2.4). */
export function isPrimary(value: ScimValue | undefined): value is ScimDocument {
  return isComplex(value) && value['primary'] === true;
}
