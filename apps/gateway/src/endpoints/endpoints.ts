import type { SchemasDigest } from '@muster/contracts';
import { standardResourceTypes, type ResourceType, type ResourceTypes } from '@muster/scim';
import { groupsEndpoint, ownEndpoint, usersEndpoint, type Endpoint } from './endpoint.js';

/** Everything that one tenant can provision, by its schemas. Frozen, and the same object for as long as they are kept. */
export interface Endpoints {
  /** The registration that these are of; absent where the tenant has the standard schemas alone. */
  readonly schemas?: SchemasDigest;
  readonly types: ResourceTypes;
  readonly users: Endpoint;
  readonly groups: Endpoint;
  /** Users, groups, then the tenant's own types in the order of their registration. */
  readonly all: readonly Endpoint[];
  /** The endpoint of one of the tenant's own types by its path segment, written as it was registered. */
  findOwn(segment: string): Endpoint | undefined;
  /** The endpoint of one of `types`. */
  of(resourceType: ResourceType): Endpoint;
}

export function endpointsOf(types: ResourceTypes, schemas?: SchemasDigest): Endpoints {
  const users = usersEndpoint(types);
  const groups = groupsEndpoint(types);
  const own = types.own.map((each) => ownEndpoint(each, types));
  const all = Object.freeze([users, groups, ...own]);
  const byPath = new Map(own.map((endpoint) => [endpoint.resourceType.endpoint, endpoint]));
  const byType = new Map(all.map((endpoint) => [endpoint.resourceType, endpoint]));
  return Object.freeze({
    ...(schemas === undefined ? {} : { schemas }),
    types,
    users,
    groups,
    all,
    findOwn: (segment: string) => byPath.get(`/${segment}`),
    of: (resourceType: ResourceType) => {
      const endpoint = byType.get(resourceType);
      if (endpoint === undefined) throw new Error('a resource type of other endpoints');
      return endpoint;
    },
  });
}

/** The registration that a command or a query is meant by, for those that need to say it. */
export function schemasOf({ schemas }: Endpoints): { readonly schemas?: SchemasDigest } {
  return schemas === undefined ? {} : { schemas };
}

/** What tenants have that registered nothing: one object for all of them. */
export const standardEndpoints: Endpoints = endpointsOf(standardResourceTypes);
