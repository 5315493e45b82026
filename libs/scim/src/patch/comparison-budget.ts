import { isComplex, type ScimValue } from '../document/scim-document.js';
import { isAscii } from '../document/text.js';
import { payloadTooLarge } from '../errors/scim-error.js';
import { type ResolvedFilter } from '../filter/filter.js';

/**
 * What one patch may spend on the values of multi-valued attributes, so that it cannot hold up all others: every operation
 * goes through all values of its attribute, and a request has up to 1,000 operations. A unit is a comparison with one short
 * value, and takes between 0.1 and 0.5 µs.
 */
export class ComparisonBudget {
  #left = COMPARISONS_MAX;

  /** Pays for looking whether `value` is the same as another. Throws 413 when nothing is left. */
  spendOn(value: ScimValue): void {
    this.#spend(costOf(value, []));
  }

  /** Pays for an operation that looks at all of `values`, by `filter` if there is one. Throws 413 as well. */
  spendOnAll(values: readonly ScimValue[], filter: ResolvedFilter | undefined): void {
    const names = comparedNames(filter);
    for (const value of values) this.#spend(costOf(value, names));
  }

  #spend(comparisons: number): void {
    this.#left -= comparisons;
    if (this.#left < 0) {
      throw payloadTooLarge(
        `The operations of the request make more than ${COMPARISONS_MAX} comparisons with values that are there. Send fewer in one request.`,
      );
    }
  }
}

/** A hundred operations on a list of a thousand values, or a thousand on one of a hundred. */
export const COMPARISONS_MAX = 100_000;

/** Characters that are copied, hashed or put in lower case in the time of one comparison. */
const PLAIN_CHARACTERS_PER_UNIT = 64;

function costOf(value: ScimValue, names: readonly string[]): number {
  if (!isComplex(value)) return Math.max(1, names.length) * (1 + foldCost(value));
  // Type and value together tell what is the same value, so they are looked at whatever the filter.
  let cost = plainCost(value['value']) + plainCost(value['type']) + Math.max(1, names.length);
  for (const name of names) cost += foldCost(value[name]);
  return cost;
}

function plainCost(text: ScimValue | undefined): number {
  return typeof text === 'string' ? Math.floor(text.length / PLAIN_CHARACTERS_PER_UNIT) : 0;
}

/** `foldCase` is fast on ASCII and as slow as half a microsecond for a character elsewhere. */
function foldCost(text: ScimValue | undefined): number {
  if (typeof text !== 'string') return 0;
  return isAscii(text) ? plainCost(text) : text.length;
}

/** The sub-attribute of each comparison of the filter. */
function comparedNames(filter: ResolvedFilter | undefined): readonly string[] {
  switch (filter?.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(comparedNames);
    case 'not':
    case 'valuePath':
      return comparedNames(filter.filter);
    case 'comparison':
    case 'present':
      return [filter.path.attribute];
    case undefined:
      return [];
  }
}
