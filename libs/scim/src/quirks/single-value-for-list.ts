import { type AttributeDefinition } from '../schema/attribute-definition.js';

/** Some clients send `"emails": {"value": "..."}`, or one member's id, where a list belongs. */
export function singleValueForList(definition: AttributeDefinition, raw: unknown): readonly unknown[] | undefined {
  return definition.multiValued && !Array.isArray(raw) ? [raw] : undefined;
}
