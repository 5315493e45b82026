import { type ResourceType } from '../schema/resource-type.js';

/**
 * Documentation that many copied from spells the Enterprise extension `...:enterprise:2.0User`, without the last colon.
 * A key that differs from a known URN in its colons only is that URN.
 */
export function misspeltSchemaUrn(resourceType: ResourceType, key: string): string | undefined {
  const bare = withoutColons(key);
  return resourceType.extensions.map(({ schema }) => schema.id).find((urn) => withoutColons(urn) === bare);
}

function withoutColons(urn: string): string {
  return urn.toLowerCase().replaceAll(':', '');
}
