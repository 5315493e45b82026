import type { CommandType, Operation, ResourceKind, ResourcePlace } from '@muster/contracts';
import type { ResourceType, ResourceTypes } from '@muster/scim';

const MIB = 1024 * 1024;

/** Where resources of one type are served to one tenant, with what differs between them at the HTTP face. */
export interface Endpoint {
  readonly kind: ResourceKind;
  /** Where the directory has them. */
  readonly place: ResourcePlace;
  readonly resourceType: ResourceType;
  /** All that the tenant has: what its resources may refer to. */
  readonly types: ResourceTypes;
  /** A group may come with all of its members. Bytes. */
  readonly bodyBytesMax: number;
  /** The attribute that holds references which are read only when they are wanted; own types have none. */
  readonly references?: 'groups' | 'members';
}

export function usersEndpoint(types: ResourceTypes): Endpoint {
  return Object.freeze({
    kind: 'user',
    place: 'users',
    resourceType: types.user,
    types,
    bodyBytesMax: MIB,
    references: 'groups',
  });
}

export function groupsEndpoint(types: ResourceTypes): Endpoint {
  return Object.freeze({
    kind: 'group',
    place: 'groups',
    resourceType: types.group,
    types,
    bodyBytesMax: 16 * MIB,
    references: 'members',
  });
}

/** Of one of `types` that the tenant registered. */
export function ownEndpoint(resourceType: ResourceType, types: ResourceTypes): Endpoint {
  const place = `types/${resourceType.name}` as const;
  return Object.freeze({ kind: 'resource', place, resourceType, types, bodyBytesMax: MIB });
}

/** A command type, and the name of the resource type where the kind alone does not say it. */
export interface CommandHead<Op extends Operation> {
  readonly type: Extract<CommandType, `${string}.${Op}.requested`>;
  readonly resourceType?: string;
}

/** How the command starts that asks for an operation on a resource of this endpoint. */
export function commandHead<Op extends Operation>(endpoint: Endpoint, operation: Op): CommandHead<Op> {
  const type = `${endpoint.kind}.${operation}.requested` as CommandHead<Op>['type'];
  return { type, ...resourceTypeName(endpoint) };
}

/** The name of the resource type, for the kind `resource` alone: that is how commands and failures tell own types apart. */
export function resourceTypeName({ kind, resourceType }: Endpoint): { readonly resourceType?: string } {
  return kind === 'resource' ? { resourceType: resourceType.name } : {};
}
