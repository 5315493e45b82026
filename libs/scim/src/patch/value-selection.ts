import {
  emptyDocument,
  isComplex,
  type DocumentDraft,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';
import { type ResolvedFilter } from '../filter/filter.js';
import { matchesValue } from '../filter/matches-filter.js';

/** Positions of the values that a path's filter selects; without a filter, of all. */
export function selectValues(
  values: readonly ScimValue[],
  filter: ResolvedFilter | undefined,
): readonly number[] {
  const positions: number[] = [];
  for (let position = 0; position < values.length; position += 1) {
    if (filter === undefined || matchesValue(filter, values[position]!)) positions.push(position);
  }
  return positions;
}

/**
 * What a value must have to be selected, as far as the filter says so with `eq` and `and`:
 * `type eq "work"` gives `{type: "work"}`.
 */
export function literalsOf(filter: ResolvedFilter | undefined): ScimDocument {
  const draft = emptyDocument();
  if (filter !== undefined) collectLiterals(filter, draft);
  return draft;
}

function collectLiterals(filter: ResolvedFilter, draft: DocumentDraft): void {
  if (filter.kind === 'and') {
    for (const each of filter.filters) collectLiterals(each, draft);
  } else if (filter.kind === 'comparison' && filter.operator === 'eq' && filter.value !== null) {
    draft[filter.path.attribute] = filter.value;
  }
}

/**
 * Position of the value that `value` would repeat: the same (type, value) pair (RFC 7643 s2.4), or a value that has all
 * `value` says. -1 when there is none.
 */
export function findRepeated(values: readonly ScimValue[], value: ScimValue): number {
  if (!isComplex(value)) return values.indexOf(value);
  return values.findIndex((each) => isComplex(each) && (isSamePair(each, value) || contains(each, value)));
}

/** True when `remove` with `listed` as its value takes `value` away. */
export function isListed(value: ScimValue, listed: ScimValue): boolean {
  if (!isComplex(value) || !isComplex(listed)) return value === listed;
  if (listed['value'] === undefined) return contains(value, listed);
  const types = [foldedType(value), foldedType(listed)];
  return value['value'] === listed['value'] && (types[0] === types[1] || types.includes(''));
}

function isSamePair(left: ScimDocument, right: ScimDocument): boolean {
  return (
    left['value'] !== undefined && left['value'] === right['value'] && foldedType(left) === foldedType(right)
  );
}

function foldedType(value: ScimDocument): string {
  const type = value['type'];
  return typeof type === 'string' ? type.toLowerCase() : '';
}

/** Sub-attributes of the values of multi-valued attributes are scalars, but for the lists a custom schema may have. */
function contains(whole: ScimDocument, part: ScimDocument): boolean {
  return Object.keys(part).every((name) => isSameScalar(whole[name], part[name]));
}

function isSameScalar(left: ScimValue | undefined, right: ScimValue | undefined): boolean {
  return left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right));
}
