import type { PatchCommand, ReplaceCommand } from '@muster/contracts';
import { applyPatch, replaceDocument, type ResourceType, type ScimDocument } from '@muster/scim';
import { refuseScimErrors, type Refusal } from './decision.js';

/** The document that a PUT or PATCH leaves; the very same one where it changes nothing. */
export function documentAfter(
  resourceType: ResourceType,
  before: ScimDocument,
  change: Pick<ReplaceCommand, 'document'> | Pick<PatchCommand, 'patch'>,
): ScimDocument | Refusal {
  return refuseScimErrors(
    () =>
      ('patch' in change
        ? applyPatch(resourceType, before, change.patch)
        : replaceDocument(resourceType, before, change.document)
      ).document,
  );
}
