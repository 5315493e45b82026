import { type SchemaDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';
import { groupResourceType, userResourceType } from './standard-resource-types.js';

/** All that one tenant can provision: users and groups, each perhaps with extensions of its own, and kinds of its own. */
export interface ResourceTypes {
  readonly user: ResourceType;
  readonly group: ResourceType;
  /** Those that are neither users nor groups, in the order of their registration. */
  readonly own: readonly ResourceType[];
  /** Users, groups, then the others. */
  readonly all: readonly ResourceType[];
  /** Every schema that one of them uses, each once: the core schemas first. */
  readonly schemas: readonly SchemaDefinition[];
}

/** Puts resource types together. `user` and `group` are the standard ones or extend them. */
export function resourceTypesOf(
  user: ResourceType,
  group: ResourceType,
  own: readonly ResourceType[],
): ResourceTypes {
  const all = Object.freeze([user, group, ...own]);
  const schemas = new Set([
    ...all.map(({ schema }) => schema),
    ...all.flatMap(({ extensions }) => extensions.map(({ schema }) => schema)),
  ]);
  return Object.freeze({
    user,
    group,
    own: Object.freeze([...own]),
    all,
    schemas: Object.freeze([...schemas]),
  });
}

/** What a tenant has that registered nothing. */
export const standardResourceTypes: ResourceTypes = resourceTypesOf(userResourceType, groupResourceType, []);
