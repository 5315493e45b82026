import { foldCase } from '../document/text.js';

/** The kinds of value that can be unique within a tenant. */
export type UniqueKind = 'userName' | 'externalId' | 'displayName';

/**
 * The form in which a unique value is stored and looked up. `userName` and `displayName` are case-insensitive: NFKC,
 * then lower case (RFC 7644 s7.8 asks for a preparation of this sort). `externalId` is kept as it is (RFC 7643 s3.1:
 * caseExact). Every process must use this function and no SQL `lower()`, or two of them disagree about who is who.
 */
export function normaliseUnique(kind: UniqueKind, value: string): string {
  return kind === 'externalId' ? value : foldCase(value);
}
