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
 * - A comparison holds if it holds for one of the values of a multi-valued attribute, and not if there is no value;
 *   `ne` is exactly the negation of `eq`, so it holds for an absent attribute.
 * - Text of attributes that are not caseExact is compared by `foldCase`; the order of text is by code point.
 * - `pr` holds for an attribute with a value that is not empty.
 */
export function matchesFilter(filter: ResolvedFilter, document: ScimDocument): boolean {
  return documentPredicate(filter)(document);
}

/** `matchesFilter` prepared once for many documents. */
export function documentPredicate(filter: ResolvedFilter): (document: ScimDocument) => boolean {
  switch (filter.kind) {
    case 'and': {
      const all = filter.filters.map(documentPredicate);
      return (document) => all.every((each) => each(document));
    }
    case 'or': {
      const any = filter.filters.map(documentPredicate);
      return (document) => any.some((each) => each(document));
    }
    case 'not': {
      const inner = documentPredicate(filter.filter);
      return (document) => !inner(document);
    }
    case 'present':
      return (document) => someValue(filter.path, document, isPresent);
    case 'valuePath': {
      const inner = valuePredicate(filter.filter);
      return (document) => someValue(filter.path, document, inner);
    }
    case 'comparison':
      return comparisonPredicate(filter);
  }
}

/** Evaluates the inside of `path[...]` on one value of `path`. */
export function matchesValue(filter: ResolvedFilter, value: ScimValue): boolean {
  return valuePredicate(filter)(value);
}

/** `matchesValue` prepared once for many values. */
export function valuePredicate(filter: ResolvedFilter): (value: ScimValue) => boolean {
  const predicate = documentPredicate(filter);
  return (value) => predicate(isComplex(value) ? value : { value });
}

function comparisonPredicate(
  filter: ComparisonFilter<ResolvedAttribute>,
): (document: ScimDocument) => boolean {
  const { path, operator, value } = filter;
  const holds = comparator(operator === 'ne' ? 'eq' : operator, path, value);
  return operator === 'ne'
    ? (document) => !someValue(path, document, holds)
    : (document) => someValue(path, document, holds);
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

function isPresent(value: ScimValue): boolean {
  if (isList(value)) return value.length > 0;
  return isComplex(value) ? Object.keys(value).length > 0 : value !== '';
}

type ValueOperator = Exclude<ComparisonOperator, 'ne'>;

function comparator(
  operator: ValueOperator,
  { definition }: ResolvedAttribute,
  literal: FilterLiteral,
): (value: ScimValue) => boolean {
  if (definition.type === 'dateTime') {
    const instant = epochMs(String(literal));
    return (value) => typeof value === 'string' && isOrdered(operator, epochMs(value) - instant);
  }
  if (typeof literal === 'number') {
    return (value) => typeof value === 'number' && isOrdered(operator, Math.sign(value - literal));
  }
  if (typeof literal !== 'string') return (value) => value === literal;
  if (definition.caseExact)
    return (value) => typeof value === 'string' && comparesText(operator, value, literal);
  const wanted = foldCase(literal);
  return (value) => typeof value === 'string' && comparesText(operator, foldCase(value), wanted);
}

function comparesText(operator: ValueOperator, text: string, wanted: string): boolean {
  switch (operator) {
    case 'eq':
      return text === wanted;
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
      return isOrdered(operator, compareText(text, wanted));
  }
}

function isOrdered(operator: ValueOperator, difference: number): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
    // resolveFilter lets these reach text only.
    case 'co':
    case 'sw':
    case 'ew':
      return false;
  }
}
