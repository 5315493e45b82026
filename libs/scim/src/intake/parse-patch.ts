import { type ParsedPatch, type PatchOptions } from '../patch/patch.js';
import { readPatch } from '../patch/read-patch.js';
import { CLIENT_PATCH_TOLERANCE } from '../quirks/client-tolerance.js';
import { type ResourceType } from '../schema/resource-type.js';

/**
 * Parses the body of a PATCH as connectors send it, into plain, typed operations that can cross a process boundary
 * (`patchFromJson` on the other side) and be applied (`applyPatch`, `splitMembership`).
 *
 * Understood beyond RFC 7644 s3.5.2: `op` in any case, keys that are paths in a value without a path, boolean text,
 * a list for a single value and the reverse, a manager or member as a bare id, roles as JSON text, null and empty text
 * and empty lists as "unset", `remove` with the values to remove. Unknown and readOnly attributes are passed over with a
 * warning unless `unknownAttributes` is `reject`; `password` always is.
 *
 * Throws 400 `invalidSyntax`, `invalidPath`, `invalidValue`, `noTarget`, `mutability`; 403 `sensitive`; 413 above 1,000
 * operations or 100,000 values.
 */
export function parsePatch(
  resourceType: ResourceType,
  body: unknown,
  options: PatchOptions = {},
): ParsedPatch {
  return readPatch(resourceType, body, CLIENT_PATCH_TOLERANCE, options);
}
