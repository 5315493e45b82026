import { invalidValue } from '../errors/scim-error.js';

/** The versions an `If-Match` or `If-None-Match` header names. */
export type EtagCondition = 'any' | readonly number[];

const ETAGS_MAX = 100;
const ETAG = /^(?:W\/)?"(\d{1,15})"$/;

/** The weak entity tag of a version: `W/"3"`. */
export function renderEtag(version: number): string {
  return `W/"${version}"`;
}

/**
 * Parses `If-Match` or `If-None-Match` (RFC 7644 s3.14, RFC 9110 s13.1): `*`, or a comma list of tags, weak or strong.
 * Tags that are not of our making match no version. Throws 400 `invalidValue` for an absurdly long list.
 */
export function parseEtag(header: string): EtagCondition {
  const text = header.trim();
  if (text === '*') return 'any';
  const tags = text.split(',', ETAGS_MAX + 1);
  if (tags.length > ETAGS_MAX) throw invalidValue(`The header names more than ${ETAGS_MAX} versions.`);
  return tags
    .map((tag) => ETAG.exec(tag.trim())?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number);
}

/** True when the condition names the version. Weak comparison: one version is one representation here. */
export function matchesEtag(condition: EtagCondition, version: number): boolean {
  return condition === 'any' || condition.includes(version);
}
