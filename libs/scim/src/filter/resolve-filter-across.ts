import { invalidFilter, ScimError } from '../errors/scim-error.js';
import { findAttribute, printReference, type AttributeReference } from '../schema/attribute-reference.js';
import { type ResourceType } from '../schema/resource-type.js';
import { type Filter, type ResolvedFilter } from './filter.js';
import { documentPredicate } from './matches-filter.js';
import { resolveFilter } from './resolve-filter.js';

/** What a filter asks of the resources of one type. */
export type FilterForType = ResolvedFilter | 'everything' | 'nothing';

/**
 * Resolves a filter of a query over several resource types (RFC 7644 s3.4.2.1), for each of them.
 *
 * - What is said of an attribute that a type does not have is neither true nor false of its resources: `userName eq "a"`
 *   and `not (userName eq "a")` both match no group, while `userName eq "a" or displayName eq "b"` matches groups by the
 *   second half. So is what a type's own schema has no meaning for: `active eq true` where `active` is a number there.
 * - `meta.resourceType` is decided here: `meta.resourceType eq "User"` is everything of one type and nothing of the other.
 *
 * Throws 400 `invalidFilter` for an attribute that none of the types has, and what `resolveFilter` throws for all that have it;
 * 403 `sensitive` where one of them never returns it.
 */
export function resolveFilterAcross(
  filter: Filter,
  resourceTypes: readonly ResourceType[],
): readonly FilterForType[] {
  checkClauses(filter, resourceTypes);
  return resourceTypes.map((resourceType) => {
    const folded = whereItIs(true, filter, resourceType);
    return typeof folded === 'boolean' ? (folded ? 'everything' : 'nothing') : folded;
  });
}

function checkClauses(filter: Filter, resourceTypes: readonly ResourceType[]): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const each of filter.filters) checkClauses(each, resourceTypes);
      return;
    case 'not':
      checkClauses(filter.filter, resourceTypes);
      return;
    default: {
      const having = resourceTypes.filter((resourceType) => hasAttribute(resourceType, filter.path));
      const resolved = having.map((resourceType) => resolvedOrRefusal(filter, resourceType));
      if (resolved.length === 0) throw invalidFilter(`${printReference(filter.path)} is not an attribute.`);
      const [refusal] = resolved;
      if (refusal instanceof ScimError && resolved.every((each) => each instanceof ScimError)) throw refusal;
    }
  }
}

/** The clause as the type understands it, or why it has no meaning there. Throws any other refusal. */
function resolvedOrRefusal(clause: Filter, resourceType: ResourceType): ResolvedFilter | ScimError {
  try {
    return resolveFilter(clause, resourceType);
  } catch (error) {
    if (error instanceof ScimError && error.scimType === 'invalidFilter') return error;
    throw error;
  }
}

function hasAttribute(resourceType: ResourceType, reference: AttributeReference): boolean {
  return findAttribute(resourceType, reference)?.kind === 'attribute';
}

/** A filter for the resources of which `filter` is certainly true, or certainly false: those in between are in neither. */
function whereItIs(truth: boolean, filter: Filter, resourceType: ResourceType): ResolvedFilter | boolean {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((each) => whereItIs(truth, each, resourceType));
      // Not (a and b) is (not a) or (not b).
      return join((filter.kind === 'and') === truth ? 'and' : 'or', parts);
    }
    case 'not':
      return whereItIs(!truth, filter.filter, resourceType);
    default: {
      if (!hasAttribute(resourceType, filter.path)) return false;
      const resolved = resolvedOrRefusal(filter, resourceType);
      if (resolved instanceof ScimError) return false;
      if (isAboutType(filter.path)) {
        const meta = { meta: { resourceType: resourceType.name } };
        return documentPredicate(resolved)(meta) === truth;
      }
      return truth ? resolved : Object.freeze({ kind: 'not', filter: resolved });
    }
  }
}

function isAboutType({ schema, attribute, subAttribute }: AttributeReference): boolean {
  return (
    schema === undefined &&
    attribute.toLowerCase() === 'meta' &&
    subAttribute?.toLowerCase() === 'resourcetype'
  );
}

function join(kind: 'and' | 'or', parts: readonly (ResolvedFilter | boolean)[]): ResolvedFilter | boolean {
  const decisive = kind === 'or';
  if (parts.includes(decisive)) return decisive;
  const filters = parts.filter((part) => typeof part !== 'boolean');
  const [first] = filters;
  if (first === undefined) return !decisive;
  return filters.length === 1 ? first : Object.freeze({ kind, filters: Object.freeze(filters) });
}
