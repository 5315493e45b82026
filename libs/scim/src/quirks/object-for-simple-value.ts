import { isRawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';

/** Early Entra jobs send `{"value": "Jo"}`, at times with a `$ref`, where a plain value belongs. */
export function objectForSimpleValue(definition: AttributeDefinition, raw: unknown): unknown {
  if (definition.type === 'complex' || !isRawObject(raw) || !Object.hasOwn(raw, 'value')) return undefined;
  const names = Object.keys(raw);
  if (!names.every((name) => name === 'value' || name === '$ref')) return undefined;
  return raw['value'] ?? null;
}
