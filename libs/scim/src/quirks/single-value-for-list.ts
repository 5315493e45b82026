import { type AttributeDefinition } from '../schema/attribute-definition.js';

/** Some clients send `"emails": {"value": "..."}`, or one member's id, where a list belongs. */
export function singleValueForList(_definition: AttributeDefinition, raw: unknown): readonly unknown[] {
  return [raw];
}
