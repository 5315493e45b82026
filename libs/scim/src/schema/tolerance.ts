import { type RawObject } from '../document/raw-object.js';
import { type AttributeDefinition } from './attribute-definition.js';
import { type ResourceType } from './resource-type.js';

/**
 * Where a caller may bend the strict reading of values to what real clients send. The engine asks; it does not know
 * any client. See the quirks room for the answers.
 */
export interface Tolerance {
  /**
   * Offered a value, one of a list or the only one, that has not the type its attribute demands. Returns the value to read instead, null for none,
   * undefined to refuse.
   */
  readonly mistyped: (definition: AttributeDefinition, raw: unknown) => unknown;
  /** Offered what a multi-valued attribute holds when that is no list. Returns the list to read, undefined to refuse. */
  readonly notList: (definition: AttributeDefinition, raw: unknown) => readonly unknown[] | undefined;
  /** Offered every complex value before it is read. Returns it, or another to read instead. */
  readonly reshape: (definition: AttributeDefinition, raw: RawObject) => RawObject;
  /** Whether an empty text leaves an attribute unassigned, as null does by RFC 7643 s2.5. */
  readonly emptyTextUnassigns: boolean;
  /** Offered a key that looks like a URN and is none of the resource type's. Returns the URN meant. */
  readonly misnamedSchema: (resourceType: ResourceType, key: string) => string | undefined;
}

/** Reads by the letter of RFC 7643. */
export const NO_TOLERANCE: Tolerance = {
  mistyped: () => undefined,
  notList: () => undefined,
  reshape: (_definition, raw) => raw,
  emptyTextUnassigns: false,
  misnamedSchema: () => undefined,
};
