import { type AttributeDefinition } from '../schema/attribute-definition.js';

/**
 * Entra sends `"active": "False"` and `"primary": "True"`. Read naively as a truth value, "False" keeps a disabled
 * user enabled.
 */
export function booleanAsText(definition: AttributeDefinition, raw: unknown): boolean | undefined {
  if (definition.type !== 'boolean' || typeof raw !== 'string') return undefined;
  const text = raw.toLowerCase();
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}
