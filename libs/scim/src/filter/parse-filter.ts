import { isStorableText } from '../document/text.js';
import { invalidFilter } from '../errors/scim-error.js';
import { parseReference, type AttributeReference } from '../schema/attribute-reference.js';
import {
  COMPARISON_OPERATORS,
  FILTER_CLAUSES_MAX,
  FILTER_DEPTH_MAX,
  FILTER_LENGTH_MAX,
  type ComparisonOperator,
  type Filter,
  type FilterLimits,
  type FilterLiteral,
} from './filter.js';
import { lexFilter, type FilterToken } from './filter-lexer.js';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * Parses a filter, RFC 7644 s3.4.2.2, into a frozen tree. Operators and keywords in any case. Beyond the RFC:
 * `emails[type eq "work"].value eq "x"` (Entra's join on an e-mail address) means one value with both, and a value
 * without quotes that is neither number, boolean nor null is text.
 *
 * Names are not checked; see `resolveFilter`. Throws 400 `invalidFilter`, also for a filter beyond its limits, whatever
 * its length or depth.
 */
export function parseFilter(text: string, limits: FilterLimits = {}): Filter {
  const lengthMax = limits.lengthMax ?? FILTER_LENGTH_MAX;
  if (text.length > lengthMax) throw invalidFilter(`The filter is longer than ${lengthMax} characters.`);
  if (!isStorableText(text))
    throw invalidFilter('The filter holds a NUL character or an unpaired surrogate.');
  return new FilterParser(lexFilter(text), limits).parse();
}

class FilterParser {
  readonly #tokens: readonly FilterToken[];
  readonly #depthMax: number;
  readonly #clausesMax: number;
  #next = 0;
  #clauses = 0;

  constructor(tokens: readonly FilterToken[], limits: FilterLimits) {
    this.#tokens = tokens;
    this.#depthMax = limits.depthMax ?? FILTER_DEPTH_MAX;
    this.#clausesMax = limits.clausesMax ?? FILTER_CLAUSES_MAX;
  }

  parse(): Filter {
    const filter = this.#or(0, false);
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return filter;
  }

  #or(depth: number, inValuePath: boolean): Filter {
    const filters = [this.#and(depth, inValuePath)];
    while (this.#takeWord('or')) filters.push(this.#and(depth, inValuePath));
    return filters.length === 1
      ? filters[0]!
      : Object.freeze({ kind: 'or', filters: Object.freeze(filters) });
  }

  #and(depth: number, inValuePath: boolean): Filter {
    const filters = [this.#term(depth, inValuePath)];
    while (this.#takeWord('and')) filters.push(this.#term(depth, inValuePath));
    return filters.length === 1
      ? filters[0]!
      : Object.freeze({ kind: 'and', filters: Object.freeze(filters) });
  }

  #term(depth: number, inValuePath: boolean): Filter {
    if (depth > this.#depthMax)
      throw invalidFilter(`The filter is nested deeper than ${this.#depthMax} levels.`);
    if (this.#take('(')) {
      const filter = this.#or(depth + 1, inValuePath);
      this.#expect(')');
      return filter;
    }
    if (this.#tokens[this.#next + 1]?.kind === '(' && this.#takeWord('not')) {
      return Object.freeze({ kind: 'not', filter: this.#term(depth + 1, inValuePath) });
    }
    const path = this.#path();
    if (!inValuePath && this.#take('[')) return this.#valuePath(path, depth);
    return this.#comparison(path);
  }

  #valuePath(path: AttributeReference, depth: number): Filter {
    const filter = this.#or(depth + 1, true);
    this.#expect(']');
    const after = this.#tokens[this.#next];
    if (after?.kind !== 'word' || !after.text.startsWith('.')) {
      return Object.freeze({ kind: 'valuePath', path, filter });
    }
    this.#next += 1;
    const subAttribute = reference(after.text.slice(1));
    if (subAttribute === undefined || path.subAttribute !== undefined) throw this.#unexpected(after);
    const comparison = this.#comparison(subAttribute);
    const filters = filter.kind === 'and' ? [...filter.filters, comparison] : [filter, comparison];
    return Object.freeze({
      kind: 'valuePath',
      path,
      filter: Object.freeze({ kind: 'and', filters: Object.freeze(filters) }),
    });
  }

  #comparison(path: AttributeReference): Filter {
    this.#clauses += 1;
    if (this.#clauses > this.#clausesMax)
      throw invalidFilter(`The filter has more than ${this.#clausesMax} clauses.`);
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word') throw this.#unexpected();
    const operator = token.text.toLowerCase();
    this.#next += 1;
    if (operator === 'pr') return Object.freeze({ kind: 'present', path });
    if (!isComparisonOperator(operator)) throw this.#unexpected(token);
    return Object.freeze({ kind: 'comparison', path, operator, value: this.#literal() });
  }

  #path(): AttributeReference {
    const token = this.#tokens[this.#next];
    const path = token?.kind === 'word' ? reference(token.text) : undefined;
    if (path === undefined) throw this.#unexpected();
    this.#next += 1;
    return path;
  }

  #literal(): FilterLiteral {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' && token?.kind !== 'text') throw this.#unexpected();
    this.#next += 1;
    return token.kind === 'text' ? token.value : literalOf(token.text);
  }

  #take(kind: '(' | ')' | '[' | ']'): boolean {
    if (this.#tokens[this.#next]?.kind !== kind) return false;
    this.#next += 1;
    return true;
  }

  #takeWord(keyword: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'word' || token.text.toLowerCase() !== keyword) return false;
    this.#next += 1;
    return true;
  }

  #expect(kind: ')' | ']'): void {
    if (!this.#take(kind)) throw this.#unexpected();
  }

  #unexpected(token = this.#tokens[this.#next]): Error {
    if (token === undefined) return invalidFilter('The filter ends too early.');
    return invalidFilter(`The filter is not understood at character ${token.position + 1}.`);
  }
}

export function isComparisonOperator(text: string): text is ComparisonOperator {
  return (COMPARISON_OPERATORS as readonly string[]).includes(text);
}

function reference(text: string): AttributeReference | undefined {
  const parsed = parseReference(text);
  return parsed && Object.freeze(parsed);
}

/** A number stays one only if its text is what the number prints as: `007` and `1.50` may be an employee's. */
function literalOf(word: string): FilterLiteral {
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  if (NUMBER.test(word) && String(Number(word)) === word) return Number(word);
  return word;
}
