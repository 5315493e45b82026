import type { VersionCondition } from '@muster/contracts';
import { matchesEtag, parseEtag, renderEtag } from '@muster/scim';

/** The entity tag of a version, as `meta.version` and `ETag` show it (RFC 7644 section 3.14). */
export const entityTag = renderEtag;

/**
 * Reads `If-Match`. Tags that are not ours match no version, so a request that names only such tags fails with 412 rather
 * than being carried out without its condition.
 */
export function versionCondition(header: string | undefined): VersionCondition | undefined {
  if (header === undefined) return undefined;
  const condition = parseEtag(header);
  return condition === 'any' ? { kind: 'any' } : { kind: 'oneOf', versions: condition };
}

/** Whether `If-None-Match` says that the client has this version already (RFC 9110 section 13.1.2). */
export function isUnchanged(header: string | undefined, version: number): boolean {
  return header !== undefined && matchesEtag(parseEtag(header), version);
}
