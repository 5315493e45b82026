import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { type AttributeReference } from '../schema/attribute-reference.js';

export const COMPARISON_OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

/** RFC 7644 s3.4.2.2, table 3, without `pr`. */
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** The value on the right of a comparison, as the filter's text has it. */
export type FilterLiteral = string | number | boolean | null;

/**
 * The syntax tree of a filter: frozen, plain JSON, so that it can cross a process boundary (`filterFromJson` on the other
 * side). `A` is how attributes are named: as written in a parsed filter, with their definition in a resolved one.
 */
export type FilterOf<A extends AttributeReference> =
  AndFilter<A> | OrFilter<A> | NotFilter<A> | ComparisonFilter<A> | PresentFilter<A> | ValuePathFilter<A>;

export interface AndFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'and';
  /** Two or more. */
  readonly filters: readonly FilterOf<A>[];
}

export interface OrFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'or';
  /** Two or more. */
  readonly filters: readonly FilterOf<A>[];
}

export interface NotFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'not';
  readonly filter: FilterOf<A>;
}

export interface ComparisonFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'comparison';
  readonly path: A;
  readonly operator: ComparisonOperator;
  readonly value: FilterLiteral;
}

export interface PresentFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'present';
  readonly path: A;
}

/** `path[filter]`: one and the same value of `path` satisfies all of `filter`, whose paths are sub-attributes of it. */
export interface ValuePathFilter<A extends AttributeReference = AttributeReference> {
  readonly kind: 'valuePath';
  readonly path: A;
  readonly filter: FilterOf<A>;
}

/** A filter as it was parsed. */
export type Filter = FilterOf<AttributeReference>;

/**
 * A filter checked against a resource type. Names are canonical and `schema` is set for extension attributes only;
 * literals have the type of their attribute; nothing compares with null; a comparison never has a complex attribute.
 */
export type ResolvedFilter = FilterOf<ResolvedAttribute>;

/** What an evaluator or a compiler needs to know about an attribute in a filter. */
export interface ResolvedAttribute extends AttributeReference {
  /** Of the sub-attribute if there is one, else of the attribute: type, caseExact. */
  readonly definition: AttributeDefinition;
  /** True when `attribute` is multi-valued: the comparison holds if it holds for one of the values. */
  readonly multiValued: boolean;
}

/** What a filter may cost. */
export interface FilterLimits {
  /** UTF-16 units of the filter's text; 4096 unless told. */
  readonly lengthMax?: number;
  /** Nesting of groups, negations and value paths; 32 unless told. */
  readonly depthMax?: number;
  /** Comparisons and presence tests; 128 unless told. */
  readonly clausesMax?: number;
}

export const FILTER_LENGTH_MAX = 4096;
export const FILTER_DEPTH_MAX = 32;
export const FILTER_CLAUSES_MAX = 128;
