import { DOCUMENT_BYTES_MAX } from '@muster/contracts';
import { exceedsJsonBytes, type ScimDocument } from '@muster/scim';
import type { Refusal } from './decision.js';

/**
 * Refuses a document that has grown beyond what a fact can carry twice, as it is and as it was. Requests are small; it takes
 * many of them, each adding to what is there.
 */
export function checkSize(document: ScimDocument, changed: readonly string[]): Refusal | null {
  // Whoever is at the limit can still be disabled: `false` is longer than `true`.
  if (changed.length === 1 && changed[0] === 'active') return null;
  if (!exceedsJsonBytes(document, DOCUMENT_BYTES_MAX)) return null;
  return {
    kind: 'rejected',
    cause: 'too_large',
    detail: `The resource would take more than ${DOCUMENT_BYTES_MAX} bytes of JSON. Remove values from it, or make them shorter.`,
  };
}
