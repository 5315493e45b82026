/** Branded identifiers: parsed once at a door, trusted inside. All are UUIDs in lower-case text form. */
declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

export type TenantId = Branded<'TenantId'>;
export type TokenId = Branded<'TokenId'>;
export type CommandId = Branded<'CommandId'>;
/** The SCIM `id` of a user or a group. */
export type ResourceId = Branded<'ResourceId'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID in canonical lower-case form, or null. Accepts upper case. */
export function parseUuid<Id extends string>(value: unknown): Id | null {
  if (typeof value !== 'string' || value.length !== 36) return null;
  const lower = value.toLowerCase();
  return UUID.test(lower) ? (lower as Id) : null;
}

/** Milliseconds since the epoch inside a UUIDv7 (RFC 9562 section 5.7). */
export function uuidV7TimeMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
