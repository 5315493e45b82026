import { type ResolvedFilter } from '../filter/filter.js';

/** Which attributes of a resource a response holds, RFC 7644 s3.9. Made by `parseProjection`. */
export interface Projection {
  /** `default`: what the schema returns by default; `only`: that which is asked for; `except`: the default without it. */
  readonly kind: 'default' | 'only' | 'except';
  /** Common and core attributes that are named, by canonical name. */
  readonly attributes: ReadonlyMap<string, Selection>;
  /** Extensions that are named, by canonical URN; all of one, or some attributes. */
  readonly extensions: ReadonlyMap<string, 'all' | ReadonlyMap<string, Selection>>;
}

/** All of an attribute, or parts of it. */
export type Selection = 'all' | readonly SelectionPart[];

/** Of the values the filter selects (all without one) a sub-attribute (the whole value without one). */
export interface SelectionPart {
  readonly filter?: ResolvedFilter;
  readonly subAttribute?: string;
}

/** What the schema returns by default. */
export const DEFAULT_PROJECTION: Projection = Object.freeze({
  kind: 'default',
  attributes: new Map(),
  extensions: new Map(),
});
