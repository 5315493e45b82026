import { type RawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';

/** OneLogin's template names the manager's id `managerId`, a draft's word, where RFC 7643 has `value`. */
export function managerId(definition: AttributeDefinition, raw: RawObject): RawObject {
  if (definition.name !== 'manager' || !Object.hasOwn(raw, 'managerId') || Object.hasOwn(raw, 'value'))
    return raw;
  return { value: raw['managerId'] };
}
