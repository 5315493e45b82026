import {
  emptyDocument,
  isComplex,
  type DocumentDraft,
  type ScimDocument,
  type ScimValue,
} from '../document/scim-document.js';
import { type ResolvedFilter } from '../filter/filter.js';
import { valuePredicate } from '../filter/matches-filter.js';
import { ValueReader } from '../schema/value-reader.js';
import { type ComparisonBudget } from './comparison-budget.js';

/** Positions of the values that a path's filter selects; without a filter, of all. */
export function selectValues(
  values: readonly ScimValue[],
  filter: ResolvedFilter | undefined,
): ReadonlySet<number> {
  const positions = new Set<number>();
  const isSelected = filter === undefined ? () => true : valuePredicate(filter);
  for (let position = 0; position < values.length; position += 1) {
    if (isSelected(values[position]!)) positions.add(position);
  }
  return positions;
}

/**
 * What a value must have to be selected, as far as the filter says so with `eq` and `and`:
 * `type eq "work"` gives `{type: "work"}`. A literal becomes a value here, so it has to be one that a client may set: 400
 * `invalidValue` for what the attribute does not take, and nothing of readOnly ones.
 */
export function literalsOf(filter: ResolvedFilter | undefined): ScimDocument {
  const draft = emptyDocument();
  if (filter !== undefined) collectLiterals(filter, draft, new ValueReader());
  return draft;
}

function collectLiterals(filter: ResolvedFilter, draft: DocumentDraft, reader: ValueReader): void {
  if (filter.kind === 'and') {
    for (const each of filter.filters) collectLiterals(each, draft, reader);
  } else if (filter.kind === 'comparison' && filter.operator === 'eq' && filter.value !== null) {
    const { attribute, definition } = filter.path;
    const value =
      definition.mutability === 'readOnly' ? undefined : reader.readElement(definition, filter.value);
    if (value !== undefined) draft[attribute] = value;
  }
}

/**
 * Finds among many values the one that another would repeat: an equal one, one with the same (type, value) pair (RFC 7643
 * s2.4), or one that has that `value` and all else the other says. A look-up costs as many comparisons as there are values
 * with the same `value`.
 */
export class ValueIndex {
  readonly #values: ScimValue[];
  readonly #budget: ComparisonBudget;
  readonly #positions = new Map<string, number[]>();

  /** Takes the list over: `replace` and `append` change it. */
  constructor(values: ScimValue[], budget: ComparisonBudget) {
    this.#values = values;
    this.#budget = budget;
    values.forEach((value, position) => this.#enter(value, position));
  }

  findRepeated(value: ScimValue): number | undefined {
    const positions = this.#positions.get(keyOf(value));
    if (!isComplex(value) || value['value'] === undefined) return positions?.[0];
    if (positions === undefined) return undefined;
    const type = foldedType(value);
    return positions.find((position) => {
      const each = this.#values[position];
      if (!isComplex(each)) return false;
      this.#budget.spendOn(each);
      return foldedType(each) === type || contains(each, value);
    });
  }

  append(value: ScimValue): void {
    this.#enter(value, this.#values.length);
    this.#values.push(value);
  }

  /** The new value must have the key of the old: what `findRepeated` found, with more to it. */
  replace(position: number, value: ScimValue): void {
    this.#values[position] = value;
  }

  #enter(value: ScimValue, position: number): void {
    const key = keyOf(value);
    const positions = this.#positions.get(key);
    if (positions === undefined) this.#positions.set(key, [position]);
    else positions.push(position);
  }
}

/** Tells which of many values a `remove` with a list as its value takes away. */
export class ListedValues {
  readonly #listed = new Map<string, ScimValue[]>();
  readonly #budget: ComparisonBudget;

  constructor(listed: readonly ScimValue[], budget: ComparisonBudget) {
    this.#budget = budget;
    for (const value of listed) {
      const key = keyOf(value);
      const same = this.#listed.get(key);
      if (same === undefined) this.#listed.set(key, [value]);
      else same.push(value);
    }
  }

  /** A value is listed by its `value`, and its `type` where both say one; a value without `value` as a whole. */
  has(value: ScimValue): boolean {
    const same = this.#listed.get(keyOf(value));
    if (same === undefined || !isComplex(value) || value['value'] === undefined) return same !== undefined;
    const type = foldedType(value);
    return same.some((each) => {
      this.#budget.spendOn(each);
      const other = isComplex(each) ? foldedType(each) : '';
      return type === '' || other === '' || type === other;
    });
  }
}

function keyOf(value: ScimValue): string {
  if (!isComplex(value)) return JSON.stringify(value);
  const { value: inner } = value;
  if (typeof inner === 'string') return `value ${inner}`;
  if (inner !== undefined) return `other ${JSON.stringify(inner)}`;
  return JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function foldedType(value: ScimDocument): string {
  const type = value['type'];
  return typeof type === 'string' ? type.toLowerCase() : '';
}

function contains(whole: ScimDocument, part: ScimDocument): boolean {
  return Object.keys(part).every((name) => whole[name] === part[name]);
}
