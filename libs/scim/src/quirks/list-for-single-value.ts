import { type AttributeDefinition } from '../schema/attribute-definition.js';

/**
 * Early Entra jobs wrap the value of a single-valued attribute in a list: `"value": [{"value": "Jo"}]`, and the manager
 * in `[{"$ref": "...", "value": "u-9"}]`. A list of one is its value, an empty list is none; more is refused.
 */
export function listForSingleValue(_definition: AttributeDefinition, raw: unknown): unknown {
  if (!Array.isArray(raw) || raw.length > 1) return undefined;
  return (raw[0] as unknown) ?? null;
}
