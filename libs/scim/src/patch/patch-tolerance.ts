import { type AttributePath } from '../path/attribute-path.js';
import { type AttributeDefinition } from '../schema/attribute-definition.js';
import { NO_TOLERANCE, type Tolerance } from '../schema/tolerance.js';

/** Where a caller may bend the strict reading of PATCH to what real clients send. */
export interface PatchTolerance extends Tolerance {
  /** Offered `op` when it is none of add, replace and remove. Returns one of them, or undefined to refuse. */
  readonly operator: (raw: unknown) => string | undefined;
  /** Offered a key of a value without a path that is no plain attribute name. Returns the path meant, if any. */
  readonly key: (key: string) => AttributePath | undefined;
  /** Whether `remove` with a value takes away only that value, not the attribute. RFC 7644 gives `remove` no value. */
  readonly removesListedValues: boolean;
  /** Whether setting this attribute to nothing leaves it as it is. RFC 7643 s2.5 unassigns it. */
  readonly keepsWhenEmpty: (definition: AttributeDefinition) => boolean;
}

/** Reads by the letter of RFC 7644. */
export const NO_PATCH_TOLERANCE: PatchTolerance = {
  ...NO_TOLERANCE,
  operator: () => undefined,
  key: () => undefined,
  removesListedValues: false,
  keepsWhenEmpty: () => false,
};
