import { type AttributeDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';

/** A JSON object as a client sent it: any keys, any values. */
export interface RawObject {
  readonly [key: string]: unknown;
}

/**
 * Where a caller may bend the strict reading of values to what real clients send. The engine asks; it does not know
 * any client. See the quirks room for the answers.
 */
export interface Tolerance {
  /**
   * Offered a value that has not the type its attribute demands. Returns the value to read instead, null for none,
   * undefined to refuse.
   */
  readonly mistyped: (definition: AttributeDefinition, raw: unknown) => unknown;
  /** Offered every complex value before it is read. Returns it, or another to read instead. */
  readonly reshape: (definition: AttributeDefinition, raw: RawObject) => RawObject;
  /** Offered a key that looks like a URN and is none of the resource type's. Returns the URN meant. */
  readonly misnamedSchema: (resourceType: ResourceType, key: string) => string | undefined;
}

/** Reads by the letter of RFC 7643. */
export const NO_TOLERANCE: Tolerance = {
  mistyped: () => undefined,
  reshape: (_definition, raw) => raw,
  misnamedSchema: () => undefined,
};
