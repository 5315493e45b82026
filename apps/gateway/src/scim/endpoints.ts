import type { Operation, ResourceKind, CommandType } from '@muster/contracts';
import { groupResourceType, userResourceType, type ResourceType } from '@muster/scim';
import type { ResourcePlural } from '../queries/resource-directory.js';

const MIB = 1024 * 1024;

/** One of the two kinds of resource that are served, with what differs between them at the HTTP face. */
export interface Endpoint {
  readonly kind: ResourceKind;
  readonly plural: ResourcePlural;
  /** Path below the base, such as `/Users`. */
  readonly path: string;
  readonly resourceType: ResourceType;
  /** A group may come with all of its members. Bytes. */
  readonly bodyBytesMax: number;
  /** The attribute that holds references which are read only when they are wanted. */
  readonly references: 'groups' | 'members';
}

export const users: Endpoint = {
  kind: 'user',
  plural: 'users',
  path: '/Users',
  resourceType: userResourceType,
  bodyBytesMax: MIB,
  references: 'groups',
};

export const groups: Endpoint = {
  kind: 'group',
  plural: 'groups',
  path: '/Groups',
  resourceType: groupResourceType,
  bodyBytesMax: 16 * MIB,
  references: 'members',
};

/** The command that asks for an operation on a resource of this kind. */
export function commandTypeOf<Op extends Operation>(
  endpoint: Endpoint,
  operation: Op,
): Extract<CommandType, `${string}.${Op}.requested`> {
  return `${endpoint.kind}.${operation}.requested` as Extract<CommandType, `${string}.${Op}.requested`>;
}
