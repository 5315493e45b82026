import type { PatchRequest, ScimValue } from '@muster/scim';

/**
 * The value that a PATCH gives to a simple attribute, of the core schema or of the extension named; the last one counts, as its
 * operations come in order.
 */
export function assignedValue(
  patch: PatchRequest,
  attribute: string,
  extension?: string,
): ScimValue | undefined {
  let value: ScimValue | undefined;
  for (const operation of patch.operations) {
    const { path } = operation;
    if (path.attribute !== attribute || path.schema !== extension) continue;
    value = operation.op === 'remove' ? undefined : operation.value;
  }
  return value;
}
