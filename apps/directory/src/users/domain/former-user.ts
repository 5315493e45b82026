import type { ResourceId } from '@muster/contracts';
import type { ScimDocument } from '@muster/scim';

/**
 * A deleted user of a tenant that keeps identities: out of every query, and found again only by whoever creates a user of the
 * same name.
 */
export interface FormerUser {
  readonly id: ResourceId;
  /** Of the deletion: the next version of this user is one more. */
  readonly version: number;
  /** As it was, not active. */
  readonly document: ScimDocument;
  readonly createdAtMs: number;
}

/** The former users of one tenant, by normalised user name. */
export interface FormerUsers {
  named(userNameKey: string): FormerUser | null;
}
