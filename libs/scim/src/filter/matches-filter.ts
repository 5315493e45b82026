import { isComplex, isList, type ScimDocument, type ScimValue } from '../document/scim-document.js';
import { compareText, foldCase } from '../document/text.js';
import { epochMs } from '../schema/date-time.js';
import {
  type ComparisonFilter,
  type ComparisonOperator,
  type FilterLiteral,
  type ResolvedAttribute,
  type ResolvedFilter,
} from './filter.js';

/**
 * Evaluates a resolved filter on a document that has its `id`, `meta` and whatever else the filter names.
 *
 * - A comparison holds if it holds for one of the values of a multi-valued attribute, and for no value at all if there
 *   is none; `ne` is exactly the negation of `eq`, so it holds for an absent attribute.
 * - Text of attributes that are not caseExact is compared by `foldCase`; the order of text is by code point.
 * - `pr` holds for an attribute with a value that is not empty.
 */
export function matchesFilter(filter: ResolvedFilter, document: ScimDocument): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((each) => matchesFilter(each, document));
    case 'or':
      return filter.filters.some((each) => matchesFilter(each, document));
    case 'not':
      return !matchesFilter(filter.filter, document);
    case 'present':
      return someValue(filter.path, document, (value) => !isEmptyValue(value));
    case 'valuePath':
      return someValue(filter.path, document, (value) => matchesValue(filter.filter, value));
    case 'comparison':
      return filter.operator === 'ne'
        ? !compares('eq', filter, document)
        : compares(filter.operator, filter, document);
  }
}

/** Evaluates the inside of `path[...]` on one value of `path`. */
export function matchesValue(filter: ResolvedFilter, value: ScimValue): boolean {
  return matchesFilter(filter, isComplex(value) ? value : { value });
}

function compares(
  operator: ComparisonOperator,
  filter: ComparisonFilter<ResolvedAttribute>,
  document: ScimDocument,
): boolean {
  const holds = comparator(operator, filter.path, filter.value);
  return someValue(filter.path, document, holds);
}

function someValue(
  path: ResolvedAttribute,
  document: ScimDocument,
  holds: (value: ScimValue) => boolean,
): boolean {
  const home = path.schema === undefined ? document : document[path.schema];
  if (!isComplex(home)) return false;
  const value = home[path.attribute];
  if (value === undefined) return false;
  if (!isList(value)) return someSubValue(path, value, holds);
  return value.some((element) => someSubValue(path, element, holds));
}

function someSubValue(
  path: ResolvedAttribute,
  value: ScimValue,
  holds: (value: ScimValue) => boolean,
): boolean {
  if (path.subAttribute === undefined) return holds(value);
  const sub = isComplex(value) ? value[path.subAttribute] : undefined;
  if (sub === undefined) return false;
  return isList(sub) ? sub.some(holds) : holds(sub);
}

function isEmptyValue(value: ScimValue): boolean {
  if (isList(value)) return value.length === 0;
  return isComplex(value) ? Object.keys(value).length === 0 : value === '';
}

function comparator(
  operator: ComparisonOperator,
  { definition }: ResolvedAttribute,
  literal: FilterLiteral,
): (value: ScimValue) => boolean {
  if (definition.type === 'dateTime') {
    const instant = epochMs(String(literal));
    return (value) => typeof value === 'string' && ordered(operator, epochMs(value) - instant);
  }
  if (typeof literal === 'number') {
    return (value) => typeof value === 'number' && ordered(operator, Math.sign(value - literal));
  }
  if (typeof literal !== 'string') return (value) => value === literal;
  const wanted = definition.caseExact ? literal : foldCase(literal);
  return (value) =>
    typeof value === 'string' &&
    comparesText(operator, definition.caseExact ? value : foldCase(value), wanted);
}

function comparesText(operator: ComparisonOperator, text: string, wanted: string): boolean {
  switch (operator) {
    case 'eq':
      return text === wanted;
    case 'ne':
      return text !== wanted;
    case 'co':
      return text.includes(wanted);
    case 'sw':
      return text.startsWith(wanted);
    case 'ew':
      return text.endsWith(wanted);
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      return ordered(operator, compareText(text, wanted));
  }
}

function ordered(operator: ComparisonOperator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
    case 'co':
    case 'sw':
    case 'ew':
      return false;
  }
}
