import { type Filter } from '../filter/filter.js';
import { type AttributeReference } from '../schema/attribute-reference.js';

/**
 * The `path` of a PATCH operation, RFC 7644 s3.5.2 figure 7: an attribute, a sub-attribute, or the values of an attribute
 * that a filter selects and a sub-attribute of them. Plain JSON; names are as they were written until resolved.
 */
export interface AttributePath extends AttributeReference {
  readonly filter?: Filter;
}
