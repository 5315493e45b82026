import { Refusal } from '../../refusals/refusal.js';

/** RFC 7644 section 8.1. Exactly this on every response with a body: some validators compare it as text. */
export const SCIM_MEDIA_TYPE = 'application/scim+json';

const ACCEPTED = new Set([SCIM_MEDIA_TYPE, 'application/json']);

/** Throws 415 unless a body is announced as SCIM or JSON. Parameters, such as a charset, are ignored: JSON is UTF-8. */
export function checkMediaType(contentType: string | undefined): void {
  if (contentType === SCIM_MEDIA_TYPE) return;
  const mediaType = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (!ACCEPTED.has(mediaType)) throw new Refusal('unsupported_media_type');
}
