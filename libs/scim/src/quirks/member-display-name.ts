import { type RawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';

/** Some clients label a group's member with `displayName`, where RFC 7643 s2.4 has `display`. */
export function memberDisplayName(definition: AttributeDefinition, raw: RawObject): RawObject {
  if (definition.name !== 'members' || !Object.hasOwn(raw, 'displayName') || Object.hasOwn(raw, 'display'))
    return raw;
  const { displayName, ...rest } = raw;
  return { ...rest, display: displayName };
}
