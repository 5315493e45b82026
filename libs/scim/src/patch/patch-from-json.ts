import { isRawObject } from '../document/raw-object.js';
import { invalidPath, invalidSyntax, invalidValue, payloadTooLarge } from '../errors/scim-error.js';
import { pathFromJson } from '../path/parse-path.js';
import { type ResourceType } from '../schema/resource-type.js';
import { NO_PATCH_TOLERANCE, type PatchTolerance } from './patch-tolerance.js';
import { PATCH_STEPS_MAX, type PatchRequest } from './patch.js';
import { PatchReader } from './read-patch.js';

const NORMAL_FORM: PatchTolerance = { ...NO_PATCH_TOLERANCE, removesListedValues: true };

/**
 * Parses a `PatchRequest` that came as JSON from another process. By the letter: names and types are checked against the
 * schema once more, nothing is tolerated, and a request in normal form comes out as it went in. Throws 400.
 */
export function patchFromJson(resourceType: ResourceType, value: unknown): PatchRequest {
  const operations = isRawObject(value) ? value['operations'] : undefined;
  if (!Array.isArray(operations)) throw invalidSyntax('The patch has no list of operations.');
  if (operations.length > PATCH_STEPS_MAX) throw payloadTooLarge('The patch has too many operations.');
  const reader = new PatchReader(resourceType, NORMAL_FORM, { unknownAttributes: 'reject' });
  for (const operation of operations as readonly unknown[]) {
    if (!isRawObject(operation)) throw invalidSyntax('An operation of the patch is not an object.');
    const path = pathFromJson(operation['path']);
    if (operation['op'] === 'remove') {
      reader.remove(path, operation['values'] ?? null);
    } else if (operation['op'] === 'add' || operation['op'] === 'replace') {
      if (operation['value'] === undefined) throw invalidValue('An operation of the patch has no value.');
      reader.set(operation['op'], path, operation['value'], true);
    } else {
      throw invalidPath('An operation of the patch is not add, replace or remove.');
    }
  }
  return { operations: reader.result().operations };
}
