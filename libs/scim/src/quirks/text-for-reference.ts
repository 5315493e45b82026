import { type AttributeDefinition } from '../schema/attribute-definition.js';

/**
 * Entra sets a manager with a bare id, `"value": "u-9"`, and tests send members in the same way. A text where an object
 * with a `value` belongs is that `value`; what is stored and answered is always the object.
 */
export function textForReference(definition: AttributeDefinition, raw: unknown): object | undefined {
  if (definition.type !== 'complex' || typeof raw !== 'string') return undefined;
  return definition.subAttributes.find('value') === undefined ? undefined : { value: raw };
}
