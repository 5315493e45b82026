import { type ResourceType } from '../schema/resource-type.js';

/**
 * Documentation that many copied from spells the Enterprise extension `...:enterprise:2.0User`, without the last colon.
 * A key that differs from a known URN in its colons only is that URN.
 */
export function misspeltSchemaUrn(resourceType: ResourceType, key: string): string | undefined {
  let urns = bareUrns.get(resourceType);
  if (urns === undefined) {
    urns = new Map(resourceType.extensions.map(({ schema }) => [withoutColons(schema.id), schema.id]));
    bareUrns.set(resourceType, urns);
  }
  return urns.get(withoutColons(key));
}

/** A body may have very many keys, and a tenant's type many extensions. */
const bareUrns = new WeakMap<ResourceType, ReadonlyMap<string, string>>();

function withoutColons(urn: string): string {
  return urn.toLowerCase().replaceAll(':', '');
}
