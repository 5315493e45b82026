import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares two secrets in a time that depends on neither: their digests have one length and no shared prefix to find. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected));
}

function digest(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/**
 * The token of an `Authorization: Bearer <token>` header (RFC 6750 s2.1), the scheme in any case and the token of any visible
 * characters, since operators choose their own; undefined for anything else.
 */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([\x21-\x7e]+) *$/i.exec(authorization ?? '')?.[1];
}
