import type { PatchRequest, ScimValue } from '@muster/scim';

/** The value that a PATCH gives to a simple core attribute; the last one counts, as its operations come in order. */
export function assignedValue(patch: PatchRequest, attribute: string): ScimValue | undefined {
  let value: ScimValue | undefined;
  for (const operation of patch.operations) {
    const { path } = operation;
    if (path.schema !== undefined || path.attribute !== attribute) continue;
    value = operation.op === 'remove' ? undefined : operation.value;
  }
  return value;
}
