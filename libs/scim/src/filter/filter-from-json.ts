import { isRawObject, type RawObject } from '../document/raw-object.js';
import { isStorableText } from '../document/text.js';
import { invalidFilter } from '../errors/scim-error.js';
import { isAttributeName, isSchemaUrn, type AttributeReference } from '../schema/attribute-reference.js';
import {
  FILTER_CLAUSES_MAX,
  FILTER_DEPTH_MAX,
  FILTER_LENGTH_MAX,
  type Filter,
  type FilterLimits,
  type FilterLiteral,
} from './filter.js';
import { isComparisonOperator } from './parse-filter.js';

/**
 * Parses a filter tree that came as JSON from another process, under the same limits as `parseFilter`. Whatever it
 * accepts, `printFilter` can print. Throws 400 `invalidFilter`.
 */
export function filterFromJson(value: unknown, limits: FilterLimits = {}): Filter {
  return new TreeReader(limits).read(value, 0, false);
}

class TreeReader {
  readonly #limits: Required<FilterLimits>;
  #clauses = 0;
  #nodes = 0;

  constructor(limits: FilterLimits) {
    this.#limits = {
      lengthMax: limits.lengthMax ?? FILTER_LENGTH_MAX,
      depthMax: limits.depthMax ?? FILTER_DEPTH_MAX,
      clausesMax: limits.clausesMax ?? FILTER_CLAUSES_MAX,
    };
  }

  read(value: unknown, depth: number, inValuePath: boolean): Filter {
    this.#nodes += 1;
    const { depthMax, clausesMax } = this.#limits;
    // A node that is not a clause costs a level or joins at least two, so this is no further restriction.
    if (depth > depthMax * 3 || this.#nodes > clausesMax * (depthMax + 2))
      throw invalidFilter('The filter tree is too large.');
    if (!isRawObject(value)) throw malformed();
    switch (value['kind']) {
      case 'and':
      case 'or':
        return Object.freeze({ kind: value['kind'], filters: this.#children(value, depth, inValuePath) });
      case 'not':
        return Object.freeze({ kind: 'not', filter: this.read(value['filter'], depth + 1, inValuePath) });
      case 'comparison':
        return this.#comparison(value);
      case 'present':
        this.#countClause();
        return Object.freeze({ kind: 'present', path: readReference(value['path']) });
      case 'valuePath':
        if (inValuePath) throw malformed();
        return Object.freeze({
          kind: 'valuePath',
          path: readReference(value['path']),
          filter: this.read(value['filter'], depth + 1, true),
        });
      default:
        throw malformed();
    }
  }

  #children(value: RawObject, depth: number, inValuePath: boolean): readonly Filter[] {
    const filters = value['filters'];
    if (!Array.isArray(filters) || filters.length < 2) throw malformed();
    return Object.freeze(filters.map((each) => this.read(each, depth + 1, inValuePath)));
  }

  #comparison(value: RawObject): Filter {
    this.#countClause();
    const operator = value['operator'];
    if (typeof operator !== 'string' || !isComparisonOperator(operator)) throw malformed();
    return Object.freeze({
      kind: 'comparison',
      path: readReference(value['path']),
      operator,
      value: this.#literal(value['value']),
    });
  }

  #literal(value: unknown): FilterLiteral {
    if (value === null || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    if (typeof value === 'string' && value.length <= this.#limits.lengthMax && isStorableText(value))
      return value;
    throw malformed();
  }

  #countClause(): void {
    this.#clauses += 1;
    if (this.#clauses > this.#limits.clausesMax) {
      throw invalidFilter(`The filter has more than ${this.#limits.clausesMax} clauses.`);
    }
  }
}

function readReference(value: unknown): AttributeReference {
  if (!isRawObject(value)) throw malformed();
  const { schema, attribute, subAttribute } = value;
  if (typeof attribute !== 'string' || !isAttributeName(attribute)) throw malformed();
  if (schema !== undefined && (typeof schema !== 'string' || !isSchemaUrn(schema))) throw malformed();
  if (subAttribute !== undefined && (typeof subAttribute !== 'string' || !isAttributeName(subAttribute))) {
    throw malformed();
  }
  return Object.freeze({
    ...(schema === undefined ? {} : { schema }),
    attribute,
    ...(subAttribute === undefined ? {} : { subAttribute }),
  });
}

function malformed(): Error {
  return invalidFilter('The filter tree is malformed.');
}
