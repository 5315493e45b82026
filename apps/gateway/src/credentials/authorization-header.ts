/** What an `Authorization` header holds. */
export type PresentedCredential =
  { readonly kind: 'none' } | { readonly kind: 'bearer'; readonly token: string };

const HEADER_LENGTH_MAX = 512;
const SCHEME = 'bearer ';
const none: PresentedCredential = { kind: 'none' };

/**
 * Reads a bearer token (RFC 6750 section 2.1). The scheme is case-insensitive (RFC 9110 section 11.1), and a doubled one is
 * read as one: admins paste "Bearer mst_..." into a field to which the connector adds the word itself.
 */
export function presentedCredential(header: string | undefined): PresentedCredential {
  if (header === undefined || header.length > HEADER_LENGTH_MAX) return none;
  let rest = header.trim();
  let schemes = 0;
  while (rest.slice(0, SCHEME.length).toLowerCase() === SCHEME) {
    rest = rest.slice(SCHEME.length).trimStart();
    schemes += 1;
  }
  return schemes === 0 || rest === '' ? none : { kind: 'bearer', token: rest };
}
