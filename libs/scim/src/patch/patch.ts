import { type ScimValue } from '../document/scim-document.js';
import { type AttributePath } from '../path/attribute-path.js';
import { type Warning } from '../schema/warning.js';

/**
 * A PATCH request in normal form (RFC 7644 s3.5.2): plain JSON, every operation with a path, names canonical, values of
 * the type of their target. Whatever a client can express comes down to these operations, in the same order.
 */
export interface PatchRequest {
  readonly operations: readonly PatchOperation[];
}

export type PatchOperation = SetOperation | RemoveOperation;

/**
 * Adds or replaces. The value is
 * - a list, for all of a multi-valued attribute;
 * - one value, for the values of a multi-valued attribute that the path's filter selects;
 * - what the (sub-)attribute holds, otherwise. A single complex attribute is only ever set by its sub-attributes.
 */
export interface SetOperation {
  readonly op: 'add' | 'replace';
  readonly path: AttributePath;
  readonly value: ScimValue;
}

/** Removes what the path selects; with `values`, only those values of a multi-valued attribute. */
export interface RemoveOperation {
  readonly op: 'remove';
  readonly path: AttributePath;
  readonly values?: readonly ScimValue[];
}

/** A PATCH request with what was passed over in reading it. */
export interface ParsedPatch extends PatchRequest {
  readonly warnings: readonly Warning[];
}

export interface PatchOptions {
  /**
   * What to do with attributes that no schema defines and with readOnly ones. `ignore` (unless told): pass over them with
   * a warning, so that the `active: false` beside them still applies. `reject`: 400 `invalidPath`, or `mutability` for a
   * readOnly path.
   */
  readonly unknownAttributes?: 'ignore' | 'reject';
}

/** Most operations in a request. */
export const PATCH_OPERATIONS_MAX = 1000;
/** Most operations after those without a path are taken apart. */
export const PATCH_STEPS_MAX = 10_000;
