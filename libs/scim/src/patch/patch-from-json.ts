import { valueFromJson } from '../document/document-from-json.js';
import { isRawObject, type RawObject } from '../document/raw-object.js';
import { invalidPath, invalidSyntax, invalidValue, payloadTooLarge } from '../errors/scim-error.js';
import { pathFromJson } from '../path/parse-path.js';
import { type ResourceType } from '../schema/resource-type.js';
import { NO_PATCH_TOLERANCE, type PatchTolerance } from './patch-tolerance.js';
import {
  PATCH_STEPS_MAX,
  type ParsedPatch,
  type PatchOperation,
  type PatchOptions,
  type PatchRequest,
} from './patch.js';
import { PatchReader } from './read-patch.js';

const NORMAL_FORM: PatchTolerance = { ...NO_PATCH_TOLERANCE, removesListedValues: true };

/**
 * Parses a `PatchRequest` that came as JSON from another process. By the letter: names and types are checked against the
 * schema once more, nothing is tolerated, and a request in normal form comes out as it went in. Throws 400.
 */
export function patchFromJson(resourceType: ResourceType, value: unknown): PatchRequest {
  const { operations } = retypedPatchFromJson(resourceType, value, { unknownAttributes: 'reject' });
  return { operations };
}

/** The same where the schema may be another one by now: what it has no place for is treated as the options say. */
export function retypedPatchFromJson(
  resourceType: ResourceType,
  value: unknown,
  options: PatchOptions,
): ParsedPatch {
  const reader = new PatchReader(resourceType, NORMAL_FORM, options);
  for (const operation of operationsOf(value)) {
    const path = pathFromJson(operation['path']);
    const op = opOf(operation);
    if (op === 'remove') reader.remove(path, operation['values'] ?? null);
    else reader.set(op, path, valueIn(operation), true);
  }
  return reader.result();
}

/**
 * The same by its form alone, for whoever carries a PATCH and does not know the schemas of its resource. Paths and values are
 * sound data without a prototype; whether they fit each other is for `patchFromJson` to say.
 */
export function untypedPatchFromJson(value: unknown): PatchRequest {
  const operations = operationsOf(value).map((operation): PatchOperation => {
    const path = pathFromJson(operation['path']);
    const op = opOf(operation);
    if (op !== 'remove') return { op, path, value: valueFromJson(valueIn(operation)) };
    const values = operation['values'] ?? null;
    if (values === null) return { op, path };
    if (!Array.isArray(values)) throw invalidValue('An operation of the patch removes what is no list.');
    return { op, path, values: values.map(valueFromJson) };
  });
  return { operations };
}

function operationsOf(value: unknown): readonly RawObject[] {
  const operations = isRawObject(value) ? value['operations'] : undefined;
  if (!Array.isArray(operations)) throw invalidSyntax('The patch has no list of operations.');
  if (operations.length > PATCH_STEPS_MAX) throw payloadTooLarge('The patch has too many operations.');
  return operations.map((operation: unknown) => {
    if (!isRawObject(operation)) throw invalidSyntax('An operation of the patch is not an object.');
    return operation;
  });
}

function opOf({ op }: RawObject): PatchOperation['op'] {
  if (op !== 'add' && op !== 'replace' && op !== 'remove')
    throw invalidPath('An operation of the patch is not add, replace or remove.');
  return op;
}

function valueIn(operation: RawObject): unknown {
  if (operation['value'] === undefined) throw invalidValue('An operation of the patch has no value.');
  return operation['value'];
}
